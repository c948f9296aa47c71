// Makes what wasm-bindgen writes shorter: what the WASM imports and exports is numbered, there and in its JavaScript,
// in place of long names; the JavaScript loads a WASM in the one way that the page's script asks for; and classes that
// a library exports, which nobody asks for, are gone with what they call, which wasm-opt then leaves out (2.5 KB of a first visit).

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Reader } from "./wasm.mjs";

const NAME = /\b__wb[a-z]+_\w*_[0-9a-f]{16}\b/g;
const IMPORTS = 2;
const EXPORTS = 7;
const FUNCTION = 0;
// From a response, an address, bytes, a module; at once or later; with words for whoever serves the wrong type.
const LOADING = /^async function __wbg_load\([^]*$/m;
const LOAD = `export default async ({ module_or_path }) => {
    const { instance, module } = await WebAssembly.instantiateStreaming(fetch(module_or_path), __wbg_get_imports());
    return __wbg_finalize_init(instance, module);
};
`;

// A class, how it is disposed of, and its FinalizationRegistry.
const CLASS = /^export class (\w+) \{\n[^]*?^\}\n(?:if \(Symbol\.dispose\) \1\..*\n)?/gm;
const FINALIZATION = (name) => new RegExp(`^const ${name}Finalization = [^]*?;\\n`, "m");
const CALLED = /\bwasm\.(\w+)/g;

const folder = process.argv[2];
const filesOf = (ending) => readdirSync(folder).filter((file) => ending.test(file)).map((file) => join(folder, file));

const imports = new Map();
const exports = new Map();
const short = (numbered, letter, name) => {
  if (!numbered.has(name)) numbered.set(name, `${letter}${numbered.size.toString(36)}`);
  return numbered.get(name);
};
const shortImport = (name) => name.replace(NAME, (name) => short(imports, "i", name));
const shortExport = (name) => short(exports, "e", name);

/** A number as WASM has it: seven bits in a byte, the lowest first. */
const leb = (number) => (number < 128 ? [number] : [(number % 128) + 128, ...leb(Math.floor(number / 128))]);
const text = (string) => [...leb(string.length), ...Buffer.from(string)];

/** The section of imports: how many, and of each its module, its name and its kind. All are functions. */
function renamedImports(section) {
  const reader = new Reader(section, 0);
  const count = reader.number();
  const parts = [...leb(count)];
  for (let i = 0; i < count; i++) {
    const module = reader.text();
    const name = reader.text();
    if (reader.number() !== FUNCTION) throw new Error(`${name} is imported, and not a function.`);
    parts.push(...text(module), ...text(shortImport(name)), FUNCTION, ...leb(reader.number()));
  }
  return parts;
}

/** The section of exports: how many, and of each its name, its kind and which one it is. */
function renamedExports(section, dropped) {
  const reader = new Reader(section, 0);
  const parts = [];
  let kept = 0;
  for (let left = reader.number(); left > 0; left--) {
    const name = reader.text();
    const what = [...leb(reader.number()), ...leb(reader.number())];
    if (dropped.has(name)) continue;
    kept++;
    parts.push(...text(shortExport(name)), ...what);
  }
  return [...leb(kept), ...parts];
}

const called = (script) => new Set(Array.from(script.matchAll(CALLED), ([, name]) => name));

/** The script without the classes it exports; none of them may be used by what stays. */
function withoutClasses(script) {
  const names = Array.from(script.matchAll(CLASS), ([, name]) => name);
  let rest = script.replace(CLASS, "");
  for (const name of names) {
    rest = rest.replace(FINALIZATION(name), "");
    if (new RegExp(`\\b${name}`).test(rest)) throw new Error(`The class ${name} is used.`);
  }
  return rest;
}

// What only the classes called is exported no longer.
const whole = filesOf(/\.js$/).map((file) => ({ file, script: readFileSync(file, "utf8") }));
const rest = whole.map(({ file, script }) => ({ file, script: withoutClasses(script) }));
const all = (scripts) => called(scripts.map(({ script }) => script).join("\n"));
const stays = all(rest);
const dropped = new Set([...all(whole)].filter((name) => !stays.has(name)));
for (const { file, script } of rest) writeFileSync(file, script);

for (const file of filesOf(/\.wasm$/)) {
  const reader = new Reader(readFileSync(file), 0);
  const parts = [reader.take(8)];
  while (reader.at < reader.bytes.length) {
    const kind = reader.number();
    let section = reader.take(reader.number());
    if (kind === IMPORTS) section = Buffer.from(renamedImports(section));
    if (kind === EXPORTS) section = Buffer.from(renamedExports(section, dropped));
    parts.push(Buffer.from([kind, ...leb(section.length)]), section);
  }
  writeFileSync(file, Buffer.concat(parts));
}
for (const file of filesOf(/\.js$/)) {
  let script = readFileSync(file, "utf8");
  if (!LOADING.test(script)) throw new Error(`${file} does not load its WASM as it used to.`);
  script = shortImport(script).replace(LOADING, () => LOAD);
  // What is exported is called through the instance's own object, and by no other name.
  writeFileSync(file, script.replace(CALLED, (_, name) => `wasm.${shortExport(name)}`));
}
