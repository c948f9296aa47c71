// Numbers the imports of a WASM, there and in its JavaScript, in place of their long names.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NAME = /\b__wb[a-z]+_\w*_[0-9a-f]{16}\b/g;
const IMPORTS = 2;
const FUNCTION = 0;

const folder = process.argv[2];
const filesOf = (ending) => readdirSync(folder).filter((file) => ending.test(file)).map((file) => join(folder, file));

const numbered = new Map();
const short = (name) => {
  if (!numbered.has(name)) numbered.set(name, `i${numbered.size.toString(36)}`);
  return numbered.get(name);
};

/** A number as WASM has it: seven bits in a byte, the lowest first. */
const leb = (number) => (number < 128 ? [number] : [(number % 128) + 128, ...leb(Math.floor(number / 128))]);

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }
  number() {
    const byte = this.bytes[this.at++];
    return byte < 128 ? byte : byte - 128 + 128 * this.number();
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** The section of imports: how many, and of each its module, its name and its kind. All are functions. */
function renamed(section) {
  const reader = new Reader(section, 0);
  const count = reader.number();
  const parts = [...leb(count)];
  for (let i = 0; i < count; i++) {
    const module = reader.take(reader.number());
    const name = reader.take(reader.number()).toString().replace(NAME, short);
    if (reader.number() !== FUNCTION) throw new Error(`${name} is imported, and not a function.`);
    parts.push(...leb(module.length), ...module, ...leb(name.length), ...Buffer.from(name));
    parts.push(FUNCTION, ...leb(reader.number()));
  }
  return parts;
}

for (const file of filesOf(/\.wasm$/)) {
  const reader = new Reader(readFileSync(file), 0);
  const parts = [reader.take(8)];
  while (reader.at < reader.bytes.length) {
    const kind = reader.number();
    let section = reader.take(reader.number());
    if (kind === IMPORTS) section = Buffer.from(renamed(section));
    parts.push(Buffer.from([kind, ...leb(section.length)]), section);
  }
  writeFileSync(file, Buffer.concat(parts));
}
for (const file of filesOf(/\.(js|ts)$/)) {
  writeFileSync(file, readFileSync(file, "utf8").replace(NAME, (name) => numbered.get(name) ?? name));
}
