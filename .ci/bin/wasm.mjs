// Reading a WASM file: its numbers (LEB128), its texts, its parts.

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
}
