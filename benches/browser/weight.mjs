// What a first and a second visit of a room cost, in bytes, each page as its server ships it. `wire` is everything
// that came down, headers and sockets too; `bodies` are the answers' bodies as they were sent.

import { setTimeout as pause } from "node:timers/promises";
import { VISITOR, launch } from "./chromium.mjs";
import { medians } from "./figures.mjs";
import { SITES } from "./sites.mjs";
import { wire } from "./wire.mjs";

const RUNS = 3;
const QUIET_MS = 1500;
const LONGEST_MS = 30_000;

const KINDS = ["html", "css", "javascript", "wasm", "font", "image", "json"];

/** Until nothing has come down for a while. */
async function quiet({ carried }) {
  const deadline = Date.now() + LONGEST_MS;
  for (let before = -1; carried.down !== before && Date.now() < deadline; ) {
    before = carried.down;
    await pause(QUIET_MS);
  }
}

async function visit(context, site, path, line) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const bodies = {};
  const kinds = new Map();
  const headers = new Map();
  let requests = 0;
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.fromDiskCache || response.fromServiceWorker) return;
    kinds.set(requestId, KINDS.find((kind) => response.mimeType.includes(kind)) ?? "other");
    headers.set(requestId, response.encodedDataLength);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    if (!kind) return;
    requests += 1;
    bodies[kind] = (bodies[kind] ?? 0) + Math.max(0, encodedDataLength - headers.get(requestId));
  });
  await page.goto(line.url + path);
  await page.locator(site.message).first().waitFor({ timeout: LONGEST_MS });
  await page.locator(site.interactive).first().waitFor({ timeout: LONGEST_MS });
  await quiet(line);
  const { down, connections } = line.take();
  await page.close();
  await quiet(line);
  line.take();
  const total = Object.values(bodies).reduce((sum, bytes) => sum + bytes, 0);
  return { wire: down, bodies: total, requests, connections, kinds: bodies };
}

export async function row() {
  const sites = {};
  const browser = await launch();
  try {
    for (const [name, site] of Object.entries(SITES)) {
      const server = await site.open();
      const line = await wire(server.port);
      const runs = { first: [], second: [] };
      try {
        for (let run = 0; run < RUNS; run += 1) {
          const context = await browser.newContext({ ...VISITOR, storageState: server.visitor(line.url) });
          line.take();
          runs.first.push(await visit(context, site, server.path, line));
          runs.second.push(await visit(context, site, server.path, line));
          await context.close();
        }
      } finally {
        await line.end();
        await server.end();
      }
      sites[name] = { shows: site.shows, versions: site.versions?.(), ...runs };
    }
  } finally {
    await browser.close();
  }
  const flat = (runs) => ({
    ...medians(runs.map(({ kinds, ...rest }) => rest)),
    kinds: medians(runs.map(({ kinds }) => kinds)),
  });
  const summary = Object.fromEntries(
    Object.entries(sites).map(([name, { first, second }]) => [name, { first: flat(first), second: flat(second) }]),
  );
  return { unit: "bytes", runs: RUNS, sites, medians: summary };
}
