// Puts the functions of a WASM beside those that they are like, and its imports by their types: brotli finds what it
// has seen in fewer bits the nearer it is. wasm-opt has them by how often they are called, which makes the file itself
// no shorter, as all numbers of functions but the imports' take two bytes. Nothing else of the code is changed, and
// what no browser reads (who has produced it, with which features) is left out: together 4 KB of a first visit.

import { readFileSync, writeFileSync } from "node:fs";
import { Reader, leb, sectionsOf, withSections } from "./wasm.mjs";

const CUSTOM = 0;
const IMPORTS = 2;
const FUNCTIONS = 3;
const EXPORTS = 7;
const START = 8;
const ELEMENTS = 9;
const CODE = 10;

/** How many bytes a piece of code has by which functions are compared. */
const PIECE = 6;
/** How many functions before it one is compared with, and how much less each counts than the one behind it. */
const BEFORE = 30;
const FADES = 0.9;
/** Pieces that more functions have say nothing. */
const COMMON = 80;

const file = process.argv[2];
const sections = sectionsOf(readFileSync(file)).filter(({ kind }) => kind !== CUSTOM);
const readerOf = (kind) => new Reader(sections.find((section) => section.kind === kind)?.bytes ?? Buffer.of(0));
const listOf = (reader, read) => Array.from({ length: reader.number() }, () => read(reader));

const imports = listOf(readerOf(IMPORTS), (reader) => {
  const from = reader.at;
  reader.text();
  reader.text();
  const kind = reader.number();
  const isFunction = kind === 0;
  const type = isFunction ? reader.number() : reader.limits(kind);
  return { isFunction, type, bytes: reader.bytes.subarray(from, reader.at) };
});
const types = listOf(readerOf(FUNCTIONS), (reader) => reader.number());
const bodies = listOf(readerOf(CODE), (reader) => reader.take(reader.number()));
const mentions = bodies.map(functionsIn);

/** Where a body names a function: where that number is, its length, and which function it is. */
function functionsIn(body) {
  const found = [];
  const reader = new Reader(body);
  listOf(reader, () => [reader.number(), reader.take(1)]);
  while (reader.at < body.length) {
    const [operation] = reader.take(1);
    const at = reader.at;
    // call, return_call, ref.func
    if ([0x10, 0x12, 0xd2].includes(operation)) {
      const which = reader.number();
      found.push({ at, length: reader.at - at, which });
    } else {
      reader.operands(operation);
    }
  }
  return found;
}

/** The pieces of a body, each as a number, and each once. */
function piecesOf(body) {
  const pieces = new Set();
  for (let at = 0; at + PIECE <= body.length; at++) {
    let piece = 0x811c9dc5;
    for (let i = 0; i < PIECE; i++) piece = Math.imul(piece ^ body[at + i], 0x01000193);
    pieces.add(piece);
  }
  return pieces;
}

/** From the shortest on, behind each the one that has most of what those before it have. */
function ordered() {
  const pieces = bodies.map(piecesOf);
  const having = new Map();
  for (const [i, of] of pieces.entries()) {
    for (const piece of of) {
      const others = having.get(piece);
      if (others) others.push(i);
      else having.set(piece, [i]);
    }
  }
  const left = new Set(bodies.keys());
  const shortest = () => [...left].reduce((a, b) => (bodies[b].length < bodies[a].length ? b : a));
  const order = [];
  while (left.size > 0) {
    const alike = new Map();
    order.slice(-BEFORE).reverse().forEach((before, i) => {
      for (const piece of pieces[before]) {
        const others = having.get(piece);
        if (others.length >= COMMON) continue;
        const counts = FADES ** i / Math.log2(1 + others.length);
        for (const other of others) if (left.has(other)) alike.set(other, (alike.get(other) ?? 0) + counts);
      }
    });
    let next;
    let most = 0;
    for (const [other, counts] of alike) {
      const much = counts / Math.sqrt(bodies[other].length + 20);
      if (much > most) [next, most] = [other, much];
    }
    next ??= shortest();
    left.delete(next);
    order.push(next);
  }
  return order;
}

const order = ordered();
const functions = imports.filter(({ isFunction }) => isFunction);
const byType = [...functions].sort((a, b) => a.type - b.type);
const others = imports.filter(({ isFunction }) => !isFunction);
const numbers = new Map();
byType.forEach((one, i) => numbers.set(functions.indexOf(one), i));
order.forEach((one, i) => numbers.set(functions.length + one, functions.length + i));
const bufferOf = (number) => Buffer.from(leb(number));
const numberOf = (which) => bufferOf(numbers.get(which));

function renumbered(one) {
  const parts = [];
  let done = 0;
  for (const { at, length, which } of mentions[one]) {
    parts.push(bodies[one].subarray(done, at), numberOf(which));
    done = at + length;
  }
  const body = Buffer.concat([...parts, bodies[one].subarray(done)]);
  return Buffer.concat([bufferOf(body.length), body]);
}

const list = (items) => Buffer.concat([bufferOf(items.length), ...items]);

const REWRITTEN = {
  [IMPORTS]: () => list([...byType, ...others].map(({ bytes }) => bytes)),
  [FUNCTIONS]: () => list(order.map((one) => bufferOf(types[one]))),
  [CODE]: () => list(order.map(renumbered)),
  [START]: (reader) => numberOf(reader.number()),
  [EXPORTS]: (reader) =>
    list(listOf(reader, () => {
      const from = reader.at;
      reader.text();
      const isFunction = reader.number() === 0;
      const named = reader.bytes.subarray(from, reader.at);
      const which = reader.number();
      return Buffer.concat([named, isFunction ? numberOf(which) : bufferOf(which)]);
    })),
  // Functions of a table, by their numbers: the only kind that a linker writes.
  [ELEMENTS]: (reader) =>
    list(listOf(reader, () => {
      const from = reader.at;
      const kind = reader.number();
      if (kind > 2) throw new Error(`A table is filled in a way that is not known here: ${kind}.`);
      if (kind === 2) reader.number();
      if (kind !== 1) reader.constant();
      if (kind !== 0) reader.take(1);
      const where = reader.bytes.subarray(from, reader.at);
      return Buffer.concat([where, list(listOf(reader, () => numberOf(reader.number())))]);
    })),
};

writeFileSync(file, withSections(sections.map(({ kind, bytes }) => {
  const rewritten = REWRITTEN[kind];
  return { kind, bytes: rewritten ? rewritten(new Reader(bytes)) : bytes };
})));
