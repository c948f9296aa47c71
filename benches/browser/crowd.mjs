// A room of 120 people in which 40 messages a second are posted, in the page of somebody who looks at it: the longest
// frame of each run. Frames of an empty page, just before, are the floor.

import { setTimeout as pause } from "node:timers/promises";
import { VISITOR, launch } from "./chromium.mjs";
import { frames, median } from "./figures.mjs";
import { LOBBY, Writer, fill, kept, reader } from "./lobby.mjs";
import { parlour } from "./servers.mjs";
import { noted, watchFrames } from "./watch.mjs";

const PEOPLE = 120;
const RATE = 40;
const RUNS = 5;
const RUN_MS = 10_000;

/** People taking turns at a steady rate. */
async function talk(writers) {
  const started = performance.now();
  for (let n = 1; performance.now() - started < RUN_MS; n += 1) {
    writers[n % writers.length].say(`Somebody of many says something, number ${n}.`);
    await pause(Math.max(0, started + (n * 1000) / RATE - performance.now()));
  }
  for (const writer of writers) await writer.waiting();
}

export async function row() {
  const server = await parlour();
  const browser = await launch();
  try {
    await fill(server.url, 200);
    const cookie = await reader(server.url, "Reader");
    const writers = [];
    for (let n = 1; n <= PEOPLE; n += 1) writers.push(await Writer.enter(server.url, `Person ${n}`));
    const context = await browser.newContext({
      ...VISITOR,
      storageState: { cookies: [kept(cookie, server.url)], origins: [] },
    });
    const page = await context.newPage();
    await page.addInitScript(watchFrames, { message: "message" });
    await page.goto("about:blank");
    await page.evaluate(watchFrames, { message: "message" });
    await pause(3000);
    const empty = frames(await page.evaluate(noted));
    await page.goto(server.url + LOBBY);
    await page.locator('.connection[data-state="live"]').waitFor({ state: "attached" });
    await pause(2000);
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      await page.evaluate(noted);
      await talk(writers);
      runs.push(frames(await page.evaluate(noted)));
      await pause(1000);
    }
    for (const writer of writers) writer.leave();
    const longest = runs.map((run) => run.longest);
    return {
      unit: "ms",
      people: PEOPLE,
      rate: RATE,
      empty_page: empty,
      runs,
      medians: {
        longest_frame: median(longest),
        worst_frame: Math.max(...longest),
        longest_frame_of_an_empty_page: empty.longest,
        over_32_ms: median(runs.map((run) => run.over_32_ms)),
      },
    };
  } finally {
    await browser.close();
    await server.end();
  }
}
