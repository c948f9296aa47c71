// Where things are, and the packages that benches/setup installed there.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const TARGET = resolve(ROOT, process.env["CARGO_TARGET_DIR"] ?? "target");
export const INSTALLED = join(TARGET, "bench");
export const RESULTS = join(ROOT, "benches", "results");
/** The release. Another one is named by the environment. */
export const BINARY = process.env["PARLOUR_BINARY"] ?? join(TARGET, "release", "parlour");

const packages = createRequire(join(INSTALLED, "browser", "package.json"));

/** A package of benches/browser/package.json. */
export async function load(name) {
  if (!existsSync(join(INSTALLED, "browser", "node_modules"))) {
    throw new Error("What drives the browser is not installed: benches/setup browser");
  }
  return import(pathToFileURL(packages.resolve(name)).href);
}

/** The version of an installed package. */
export function versionOf(name, folder = "browser") {
  const manifest = join(INSTALLED, folder, "node_modules", name, "package.json");
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
