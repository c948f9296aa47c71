// Counts the imports of a WASM and its JavaScript, in place of the random digits at the ends of their names.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NAME = /(__wbg_[A-Za-z0-9_]*?_)([0-9a-f]{16})(?![0-9A-Za-z_])/g;

const folder = process.argv[2];
const files = readdirSync(folder)
  .filter((file) => /\.(js|ts|wasm)$/.test(file))
  .map((file) => join(folder, file));
// Bytes are characters here, and stay what they are.
const texts = new Map(files.map((file) => [file, readFileSync(file, "latin1")]));

const names = new Set();
for (const text of texts.values()) {
  for (const [name] of text.matchAll(NAME)) names.add(name);
}
const counts = new Map();
const short = new Map();
for (const name of [...names].sort()) {
  const stem = name.slice(0, -16);
  const count = counts.get(stem) ?? 0;
  counts.set(stem, count + 1);
  short.set(name, stem + String(count).padStart(16, "0"));
}
for (const [file, text] of texts) {
  writeFileSync(file, text.replaceAll(NAME, (name) => short.get(name)), "latin1");
}
