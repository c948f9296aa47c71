// What each part of a first visit weighs, printed: of the WASM by crate and module, of the style by file, and the
// files as they are sent. Bytes as they are, and their share of what is sent: a part's own brotli size, all of them
// scaled so that together they are the file's, as brotli finds in one part what it has seen in another.

import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { Reader } from "./wasm.mjs";

const CODE = 10;
const DATA = 11;
const CUSTOM = 0;
const IMPORTS = 2;
/** Parts of the WASM that are smaller are counted together. */
const SMALL = 700;

const [, , named, site, style] = process.argv;

/** The names of functions, by index, of the section that has them. */
function functionNames(reader, end) {
  const names = new Map();
  while (reader.at < end) {
    const kind = reader.number();
    const next = reader.number() + reader.at;
    if (kind === 1) {
      for (let left = reader.number(); left > 0; left--) names.set(reader.number(), reader.text());
    }
    reader.at = next;
  }
  return names;
}

/** Whose code it is: our modules by file, whatever they are a type or a closure of; the rest by crate. */
function part(name = "") {
  const plain = name.replace(/\[[0-9a-f]+\]/g, "");
  const own = plain.match(/^<*(?:&|mut )*parlour::app::(\w+)::(\w+)/) ?? plain.match(/^<*(?:&|mut )*parlour::app::(\w+)/);
  if (own) return `app/${own.slice(1).filter(Boolean).join("/")}`;
  const crate = plain.match(/^[<&([]*(?:dyn |mut |\*const )*(\w+)::/)?.[1] ?? "other";
  const user = plain.includes("parlour::app::") && !crate.startsWith("parlour") ? " for types of app" : "";
  return crate.replaceAll("_", "-") + user;
}

function partsOfProgram(file) {
  const reader = new Reader(readFileSync(file), 8);
  const bodies = [];
  const parts = new Map();
  const add = (name, bytes) => parts.set(name, [...(parts.get(name) ?? []), bytes]);
  let names = new Map();
  let imported = 0;
  while (reader.at < reader.bytes.length) {
    const kind = reader.number();
    const length = reader.number();
    const [from, end] = [reader.at, reader.at + length];
    if (kind === CODE) {
      for (let left = reader.number(); left > 0; left--) bodies.push(reader.take(reader.number()));
    } else if (kind === CUSTOM) {
      if (reader.text() === "name") names = functionNames(reader, end);
    } else {
      if (kind === IMPORTS) imported = reader.number();
      add(kind === DATA ? "(texts and tables)" : "(imports, exports, types)", reader.bytes.subarray(from, end));
    }
    reader.at = end;
  }
  bodies.forEach((body, i) => add(part(names.get(imported + i)), body));
  return parts;
}

const brotli = (bytes) => brotliCompressSync(bytes).length;

/** Rows of a table, the heaviest first. */
function table(parts, sent) {
  const rows = [...parts].map(([name, pieces]) => {
    const bytes = Buffer.concat(pieces);
    return { part: name, bytes: bytes.length, sent: brotli(bytes) };
  });
  const scale = sent / rows.reduce((sum, row) => sum + row.sent, 0);
  const scaled = rows.map((row) => ({ ...row, sent: Math.round(row.sent * scale) }));
  const large = scaled.filter((row) => row.sent >= SMALL || parts.size < 30).sort((a, b) => b.sent - a.sent);
  const small = scaled.filter((row) => !large.includes(row));
  const sum = (key) => small.reduce((sum, row) => sum + row[key], 0);
  if (small.length) large.push({ part: `(${small.length} smaller ones)`, bytes: sum("bytes"), sent: sum("sent") });
  return large;
}

const files = readdirSync(join(site, "pkg")).map((file) => join(site, "pkg", file));
const sentOf = (ending) => {
  const file = files.find((file) => file.endsWith(`${ending}.br`));
  return file ? readFileSync(file).length : 0;
};

console.log("\nThe program");
console.table(table(partsOfProgram(named), sentOf(".wasm")));
console.log("The style, by its files as they are written");
const sheets = readdirSync(style).filter((file) => file.endsWith(".css"));
console.table(table(new Map(sheets.map((file) => [basename(file), [readFileSync(join(style, file))]])), sentOf(".css")));
console.log(`The script that loads the program: ${sentOf(".js")}. The page itself, headers and sockets: the table of the page.`);
