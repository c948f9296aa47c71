// Which browser runs the tests: the system's Chromium or Chrome when there is one, else Playwright's.
// Run as a program it prints the browser's path, or fails when there is none.

import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const BUNDLES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The system's browser, or undefined when Playwright's own is to be used. */
export function systemBrowser() {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  return [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...BUNDLES].find(
    isExecutable,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = systemBrowser() ?? chromium.executablePath();
  if (!existsSync(path)) process.exit(1);
  console.log(path);
}
