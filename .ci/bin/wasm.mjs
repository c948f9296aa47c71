// Reading a WASM file, and writing one: its numbers (LEB128), its texts, its parts.

/** A number as WASM has it: seven bits in a byte, the lowest first. */
export const leb = (number) => (number < 128 ? [number] : [(number % 128) + 128, ...leb(Math.floor(number / 128))]);

/** The mark and the version that a file begins with. */
const HEAD = 8;

/** The sections of a file, in their order: of which kind, and what is in them. */
export function sectionsOf(file) {
  const reader = new Reader(file, HEAD);
  const sections = [];
  while (reader.at < file.length) sections.push({ kind: reader.number(), bytes: reader.take(reader.number()) });
  return sections;
}

/** A file of these sections. */
export function withSections(sections) {
  const parts = sections.flatMap(({ kind, bytes }) => [Buffer.from([kind, ...leb(bytes.length)]), bytes]);
  return Buffer.concat([Buffer.from("\0asm\x01\0\0\0"), ...parts]);
}

export class Reader {
  constructor(bytes, at = 0) {
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
  text() {
    return this.take(this.number()).toString();
  }
  /** What an import of a table, a memory or a global says of itself. */
  limits(kind) {
    if (kind === 3) return this.take(2);
    if (kind === 1) this.take(1);
    const hasMost = this.number() & 1;
    return [this.number(), hasMost && this.number()];
  }
  /** An expression of one number. */
  constant() {
    const operation = this.bytes[this.at++];
    this.operands(operation);
    if (this.bytes[this.at++] !== 0x0b) throw new Error("An expression is not a constant.");
  }
  /** What follows an operation in code. */
  operands(operation) {
    const numbers = (count) => {
      if (count === undefined) throw new Error("There is an operation that is not known here.");
      for (let left = count; left > 0; left--) this.number();
    };
    const isIn = (first, last) => operation >= first && operation <= last;
    if (ALONE.includes(operation) || isIn(0x45, 0xc4)) return;
    if (WITH_NUMBER.includes(operation) || isIn(0x20, 0x26)) numbers(1);
    else if (operation === 0x11 || isIn(0x28, 0x3e)) numbers(2);
    else if (operation === 0x0e) numbers(this.number() + 1);
    else if (operation === 0x1c) this.take(this.number());
    else if (operation === 0x43) this.take(4);
    else if (operation === 0x44) this.take(8);
    else if (operation === 0xfc) numbers(OF_MEMORY[this.number()]);
    else numbers(undefined);
  }
}

/** unreachable, nop, else, end, return, drop, select, ref.is_null; what is between 0x45 and 0xc4 reckons. */
const ALONE = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1];
/** block, loop, if, br, br_if, calls, memory.size, memory.grow, i32.const, i64.const, ref.null, ref.func. */
const WITH_NUMBER = [0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2];
/** How many numbers follow each of the operations that are two numbers: conversions, then memories and tables. */
const OF_MEMORY = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];
