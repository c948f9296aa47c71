// Makes what wasm-bindgen writes shorter: what the WASM imports and exports is numbered, there and in its JavaScript,
// in place of long names; the JavaScript loads a WASM in one way, and has what a live page does with it (`loader.js`),
// which would else come with every page anew; and what nobody calls is exported no longer.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Reader, leb, sectionsOf, withSections } from "./wasm.mjs";

const NAME = /\b__wb[a-z]+_\w*_[0-9a-f]{16}\b/g;
const IMPORTS = 2;
const EXPORTS = 7;
const FUNCTION = 0;
// From a response, an address, bytes, a module; at once or later; with words for whoever serves the wrong type.
const LOADING = /^async function __wbg_load\([^]*$/m;
const SHELL = "src/app/shell";
const [LOADER, REVEAL] = ["loader.js", "reveal.js"].map((file) => readFileSync(join(SHELL, file), "utf8"));
const LOAD = `const load = async (address) => {
    const { instance, module } = await WebAssembly.instantiateStreaming(fetch(address), __wbg_get_imports());
    return __wbg_finalize_init(instance, module);
};
export const begin = (wasm, worker, off, composer) => {
${LOADER}
${REVEAL}
};
`;

// What wasm-streams exports, of which `.ci/bin/wasm-ld` leaves nothing in the WASM: classes, and what frees their
// objects.
const STREAMS = /^export class IntoUnderlying\w+ \{$[^]*?^\}\n.*\n|^const IntoUnderlying\w+ = [^;]*;\n/gm;
const CALLED = /\bwasm\.(\w+)/g;

const folder = process.argv[2];
const filesOf = (ending) => readdirSync(folder).filter((file) => ending.test(file)).map((file) => join(folder, file));

const imports = new Map();
const exports = new Map();
const numberOf = (numbered, letter, name) => {
  if (!numbered.has(name)) numbered.set(name, `${letter}${numbered.size.toString(36)}`);
  return numbered.get(name);
};
const shortImport = (name) => name.replace(NAME, (name) => numberOf(imports, "i", name));
const shortExport = (name) => numberOf(exports, "e", name);

const text = (string) => [...leb(string.length), ...Buffer.from(string)];

/**
 * The section of imports: how many, and of each its module, its name and its kind. All are functions. They are numbered
 * by their types, as `order.mjs` will sort them.
 */
function renamedImports(section) {
  const reader = new Reader(section);
  const all = Array.from({ length: reader.number() }, () => {
    const [module, name] = [reader.text(), reader.text()];
    if (reader.number() !== FUNCTION) throw new Error(`${name} is imported, and not a function.`);
    return { module, name, type: reader.number() };
  });
  for (const { name } of [...all].sort((a, b) => a.type - b.type)) shortImport(name);
  const parts = all.flatMap(({ module, name, type }) => {
    return [...text(module), ...text(shortImport(name)), FUNCTION, ...leb(type)];
  });
  return [...leb(all.length), ...parts];
}

/** The section of exports: how many, and of each its name, its kind and which one it is. */
function renamedExports(section) {
  const reader = new Reader(section);
  const parts = [];
  let kept = 0;
  for (let left = reader.number(); left > 0; left--) {
    const name = reader.text();
    const what = [...leb(reader.number()), ...leb(reader.number())];
    if (!called.has(name)) continue;
    kept++;
    parts.push(...text(shortExport(name)), ...what);
  }
  return [...leb(kept), ...parts];
}

const scripts = filesOf(/\.js$/).map((file) => ({ file, script: readFileSync(file, "utf8").replace(STREAMS, "") }));
const called = new Set(scripts.flatMap(({ script }) => Array.from(script.matchAll(CALLED), ([, name]) => name)));

const RENAMED = { [IMPORTS]: renamedImports, [EXPORTS]: renamedExports };

for (const file of filesOf(/\.wasm$/)) {
  const sections = sectionsOf(readFileSync(file)).map(({ kind, bytes }) => {
    const renamed = RENAMED[kind];
    return { kind, bytes: renamed ? Buffer.from(renamed(bytes)) : bytes };
  });
  writeFileSync(file, withSections(sections));
}
for (const { file, script } of scripts) {
  if (!LOADING.test(script)) throw new Error(`${file} does not load its WASM as it used to.`);
  // Nobody imports anything else of it, so that what is not called can be left out.
  const short = shortImport(script).replace(/^export /gm, "").replace(LOADING, () => LOAD);
  // What is exported is called through the instance's own object, and by no other name.
  writeFileSync(file, short.replace(CALLED, (_, name) => `wasm.${shortExport(name)}`));
}
