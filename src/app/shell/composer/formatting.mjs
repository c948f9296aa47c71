// Bold, italic, code, a link, a list, a quote: what becomes of a text and of what is selected in it. What is there
// already is taken off.

/**
 * A change of a text: what stands from one place to another becomes something else, and this is selected then.
 * @typedef {{ from: number, to: number, insert: string, start: number, end: number }} Edit
 */

const LETTER = /[\p{L}\p{N}_]/u;
const LINK = /\[((?:[^\][\\]|\\.)*)\]\(([^()\s]*)\)/g;
export const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;
const ITEM = /^(\s*)(?:([-*+])|(\d{1,8})([.)])|(>))( +)/;

/** @type {(text: string, at: number, step: 1 | -1, mark: string) => number} */
const run = (text, at, step, mark) => {
  let length = 0;
  while (text[at + step * length] === mark) length += 1;
  return length;
};

/** @type {(mark: string, runs: number) => boolean} */
const has = (mark, runs) => (mark === "*" ? runs % 2 === 1 : runs >= mark.length);

/**
 * What is selected, without the space around it; where nothing is, the word there.
 * @type {(text: string, start: number, end: number) => [number, number]}
 */
const chosen = (text, start, end) => {
  if (start === end) {
    while (start > 0 && LETTER.test(text[start - 1] ?? "")) start -= 1;
    while (end < text.length && LETTER.test(text[end] ?? "")) end += 1;
    return [start, end];
  }
  while (start < end && /\s/.test(text[start] ?? "")) start += 1;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end -= 1;
  return [start, end];
};

/**
 * With these marks around it, or without.
 * @type {(text: string, start: number, end: number, mark: string) => Edit}
 */
export const wrapped = (text, start, end, mark) => {
  const length = mark.length;
  const char = mark[0] ?? "";
  const caret = start === end ? start : -1;
  const [from, to] = chosen(text, start, end);
  const inside = text.slice(from, to);
  // Where the cursor is in a word it stays in its place there.
  const select = (/** @type {number} */ moved) =>
    caret >= 0
      ? { start: caret + moved, end: caret + moved }
      : { start: from + moved, end: to + moved };
  const around = Math.min(run(text, from - 1, -1, char), run(text, to, 1, char));
  if (has(mark, around)) {
    return { from: from - length, to: to + length, insert: inside, ...select(-length) };
  }
  const within = Math.min(run(inside, 0, 1, char), run(inside, inside.length - 1, -1, char));
  if (inside.length > 2 * length && has(mark, within)) {
    const bare = inside.slice(length, -length);
    return { from, to, insert: bare, start: from, end: from + bare.length };
  }
  return { from, to, insert: mark + inside + mark, ...select(length) };
};

/**
 * As code: of several lines as a block.
 * @type {(text: string, start: number, end: number) => Edit}
 */
export const coded = (text, start, end) => {
  const [from, to] = chosen(text, start, end);
  const inside = text.slice(from, to);
  const block = /^```\n([^]*)\n```$/.exec(inside)?.[1];
  if (block !== undefined) return { from, to, insert: block, start: from, end: from + block.length };
  if (inside.includes("\n")) {
    const isBegun = text.slice(from - 4, from) === "```\n" && text.slice(to, to + 4) === "\n```";
    if (isBegun) return { from: from - 4, to: to + 4, insert: inside, start: from - 4, end: to - 4 };
    const before = from > 0 && text[from - 1] !== "\n" ? "\n" : "";
    const behind = to < text.length && text[to] !== "\n" ? "\n" : "";
    const insert = `${before}\`\`\`\n${inside}\n\`\`\`${behind}`;
    const first = from + before.length + 4;
    return { from, to, insert, start: first, end: first + inside.length };
  }
  return wrapped(text, start, end, "`");
};

/**
 * As a link; what is selected is its text, or, if it is one, its address.
 * @type {(text: string, start: number, end: number, address?: string) => Edit}
 */
export const linked = (text, start, end, address = "") => {
  for (const match of address ? [] : text.matchAll(LINK)) {
    const [all, label = ""] = match;
    if (match.index <= start && end <= match.index + all.length) {
      const from = match.index;
      return { from, to: from + all.length, insert: label, start: from, end: from + label.length };
    }
  }
  const [from, to] = start === end ? [start, end] : chosen(text, start, end);
  const inside = text.slice(from, to);
  if (!address && ADDRESS.test(inside)) {
    return { from, to, insert: `[](${inside})`, start: from + 1, end: from + 1 };
  }
  const label = inside.replace(/[[\]]/g, "\\$&");
  const insert = `[${label}](${address})`;
  const at = address ? from + insert.length : inside ? from + insert.length - 1 : from + 1;
  return { from, to, insert, start: at, end: at };
};

/**
 * Each of the lines with this before it, or without.
 * @type {(text: string, start: number, end: number, mark: string) => Edit}
 */
export const lined = (text, start, end, mark) => {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split("\n");
  const isThere = lines.every((line) => !line.trim() || line.startsWith(mark));
  const isEmpty = lines.every((line) => !line.trim());
  const change = (/** @type {string} */ line) => {
    if (isThere && !isEmpty) return line.startsWith(mark) ? line.slice(mark.length) : line;
    return line.trim() || lines.length === 1 ? mark + line : line;
  };
  const insert = lines.map(change).join("\n");
  if (start === end) {
    const at = Math.max(from, start + insert.length - (to - from));
    return { from, to, insert, start: at, end: at };
  }
  return { from, to, insert, start: from, end: from + insert.length };
};

/**
 * What breaking the line does in a list or a quote: it goes on, or, after an empty item, it ends. Nothing elsewhere.
 * @type {(text: string, start: number, end: number) => Edit | undefined}
 */
export const continued = (text, start, end) => {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const before = text.slice(from, start);
  const [all, indent, bullet, number, behind, , space] = ITEM.exec(before) ?? [];
  if (all === undefined || isInCode(text.slice(0, start))) return;
  const next = text.indexOf("\n", start);
  const isBare = !text.slice(from + all.length, next < 0 ? text.length : next).trim();
  if (isBare) return { from, to: end, insert: "", start: from, end: from };
  const mark = bullet ?? (number ? `${Number(number) + 1}${behind}` : ">");
  const insert = `\n${indent}${mark}${space}`;
  const at = start + insert.length;
  return { from: start, to: end, insert, start: at, end: at };
};

/**
 * Whether what follows stands in code.
 * @type {(before: string) => boolean}
 */
export const isInCode = (before) => {
  const fences = before.match(/^ {0,3}(?:```|~~~)/gm) ?? [];
  if (fences.length % 2) return true;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return (line.match(/`/g) ?? []).length % 2 === 1;
};
