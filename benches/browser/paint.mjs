// When a room is seen and can be written in, over a slow line and on a slow machine, with nothing cached. Times in
// ms since the address was entered. Sites take turns, so that whatever else the machine does happens to all.

import { setTimeout as pause } from "node:timers/promises";
import { VISITOR, launch } from "./chromium.mjs";
import { median, medians, rounded } from "./figures.mjs";
import { SITES } from "./sites.mjs";
import { painted, watchPaint } from "./watch.mjs";
import { SLOW_4G, wire } from "./wire.mjs";

const RUNS = 5;
const SLOWER = 4;
const LONGEST_MS = 45_000;
/** Later shifts and larger paints than these are not waited for. */
const AFTERWARDS_MS = 1500;

/** One look at a page over a slow line, on a slow machine, with nothing cached. */
export async function look(site, server) {
  const browser = await launch();
  const line = await wire(server.port, SLOW_4G);
  try {
    const context = await browser.newContext({ ...VISITOR, storageState: server.visitor(line.url) });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await page.addInitScript(watchPaint, { message: site.message, interactive: site.interactive });
    await page.goto(line.url + server.path, { timeout: LONGEST_MS, waitUntil: "commit" });
    await page.waitForFunction(() => window.__seen?.firstMessage > 0 && window.__seen.interactive > 0, null, {
      timeout: LONGEST_MS,
      polling: 250,
    });
    await pause(AFTERWARDS_MS);
    const { cls, ...times } = await page.evaluate(painted);
    for (const key of Object.keys(times)) times[key] = rounded(times[key], 0);
    return { ...times, cls: rounded(cls, 4) };
  } finally {
    await browser.close();
    await line.end();
  }
}

export async function row() {
  const names = Object.keys(SITES);
  const servers = {};
  const sites = Object.fromEntries(names.map((name) => [name, { shows: SITES[name].shows, runs: [] }]));
  try {
    for (const name of names) servers[name] = await SITES[name].open();
    for (let run = 0; run < RUNS; run += 1) {
      // In another order each time: who is first is somebody else.
      for (let at = 0; at < names.length; at += 1) {
        const name = names[(at + run) % names.length];
        sites[name].runs.push(await look(SITES[name], servers[name]));
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.end();
  }
  const ratios = Object.fromEntries(
    names
      .filter((name) => name !== "parlour")
      .map((name) => {
        const pairs = sites.parlour.runs.map(({ firstMessage }, run) => firstMessage / sites[name].runs[run].firstMessage);
        return [`parlour / ${name}, first message`, rounded(median(pairs), 3)];
      }),
  );
  return {
    unit: "ms",
    throttling: { ...SLOW_4G, unit: "bytes per ms, ms", cpu: SLOWER, by: "a wire before the server, and Chromium's own for the processor" },
    runs: RUNS,
    sites,
    medians: { ...Object.fromEntries(names.map((name) => [name, medians(sites[name].runs)])), ...ratios },
  };
}
