// The word that was begun before the cursor, if it is one that can be completed.

import { isInCode } from "./formatting.mjs";

/**
 * What was begun, and where in the text it begins.
 * @typedef {{ begun: string, from: number }} Token
 */

// Not within a word, nor behind what would make it a part of an address.
const NAME = /(?:^|[^\p{L}\p{N}.\-/@#&\\])([@#][^\s@#][^\n@#]{0,49}|[@#])$/u;
const EMOJI = /(?:^|[^\w:])(:[\w+-]{2,40})$/;
const COMMAND = /^\/[\w-]*$/;
// No name that was begun has so many words.
const WORDS = 4;

/** @type {(before: string, hasCommands: boolean) => Token | undefined} */
export const token = (before, hasCommands) => {
  if (hasCommands && COMMAND.test(before)) return { begun: before, from: 0 };
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const begun = (EMOJI.exec(line) ?? NAME.exec(line))?.[1];
  if (begun === undefined || begun.split(/\s+/).length > WORDS || isInCode(before)) return;
  return { begun, from: before.length - begun.length };
};
