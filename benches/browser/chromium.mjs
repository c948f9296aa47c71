// The browser, started alike for every row.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { load } from "./places.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ARGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // What a window in front gets: nothing is slowed down because a test drives it.
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];

/** What a visitor's browser is set to. */
export const VISITOR = {
  viewport: { width: 1280, height: 800 },
  locale: "en-GB",
  timezoneId: "Europe/Berlin",
};

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function executable() {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error("There is no Chromium: .ci/setup browser");
  return found;
}

/** A browser with a new profile. Chromium's sandbox refuses root, which is what containers are. */
export async function launch(...more) {
  const { chromium } = (await load("playwright-core")).default;
  const isRoot = process.getuid?.() === 0;
  const args = [...(isRoot ? ["--no-sandbox"] : []), ...ARGS, ...more];
  return chromium.launch({ executablePath: executable(), args });
}

export async function browserVersion() {
  const browser = await launch();
  const version = browser.version();
  await browser.close();
  return version;
}
