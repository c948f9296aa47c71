// Measures pages in Chromium: node benches/browser/run.mjs [ROW…], rows as below. Each row starts its own
// servers and writes benches/results/browser-ROW.json; a row that fails leaves its last file as it is.

import { spawnSync } from "node:child_process";
import { readdirSync, existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { INSTALLED, RESULTS } from "./places.mjs";

const ROWS = ["weight", "paint", "unread", "lighthouse", "switching", "crowd", "large-room"];
/** Lighthouse and the WebSocket client want this much. */
const NODE = 22;

function inNode22() {
  const folder = join(INSTALLED, "node", "node_modules");
  const node = (existsSync(folder) ? readdirSync(folder) : [])
    .map((name) => join(folder, name, "bin", "node"))
    .find((path) => existsSync(path));
  if (!node) throw new Error("Node 22 is not installed: benches/setup node browser");
  const again = spawnSync(node, process.argv.slice(1), { stdio: "inherit" });
  process.exit(again.status ?? 1);
}

async function measure(name) {
  const started = Date.now();
  const { row } = await import(`./${name}.mjs`);
  const { browserVersion } = await import("./chromium.mjs");
  const figures = await row();
  const file = join(RESULTS, `browser-${name}.json`);
  const around = {
    row: name,
    at: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 1000),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memory_gb: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    },
    versions: { chromium: await browserVersion(), node: process.version },
  };
  const { versions = {}, ...rest } = figures;
  Object.assign(around.versions, versions);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...around, ...rest }, null, 2)}\n`);
  console.log(`${name}: ${around.seconds} s`);
  console.log(JSON.stringify(rest.medians ?? rest, null, 2));
}

if (Number(process.versions.node.split(".")[0]) < NODE) inNode22();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !ROWS.includes(name));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(", ")}. Rows: ${ROWS.join(", ")}`);
  process.exit(2);
}
let failed = false;
for (const name of asked.length > 0 ? asked : ROWS) {
  try {
    await measure(name);
  } catch (error) {
    failed = true;
    console.error(`${name} failed:`, error);
  }
}
process.exit(failed ? 1 : 0);
