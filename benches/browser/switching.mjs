// From the click on a room in the list to the frame that shows it: rooms that the tab has not had yet, then the same
// ones again and again.

import { setTimeout as pause } from "node:timers/promises";
import { VISITOR, launch } from "./chromium.mjs";
import { median, quantile, rounded } from "./figures.mjs";
import { LOBBY, call, kept, member } from "./lobby.mjs";
import { parlour } from "./servers.mjs";
import { watchSwitches } from "./watch.mjs";

/** As many as a tab keeps beside the one that is open. */
const ROOMS = 12;
const MESSAGES = 50;
const ROUNDS = 10;
const PAUSE_MS = 250;

/** Rooms that somebody has written in. */
async function furnish(url, cookie) {
  const rooms = [];
  for (let n = 1; n <= ROOMS; n += 1) {
    const name = `Room ${n}`;
    const { id } = await call(url, "/rooms", cookie, { name });
    for (let line = 1; line <= MESSAGES; line += 1) {
      const content = `What people say in a room is about as long as this, line ${line} in ${name}.`;
      await call(url, `/rooms/${id}/messages`, cookie, { content });
    }
    rooms.push({ id, name });
  }
  return rooms;
}

async function switched(page, { id, name }) {
  await page.evaluate((name) => (window.__wanted = name), name);
  const link = page.locator(`nav a[href^="/rooms/${id}-"]`);
  await link.scrollIntoViewIfNeeded();
  await link.click();
  await page.waitForFunction(() => window.__switches.length > 0);
  const [time] = await page.evaluate(() => window.__switches.splice(0));
  await pause(PAUSE_MS);
  return rounded(time);
}

export async function row() {
  const server = await parlour();
  const browser = await launch();
  try {
    const cookie = await member(server.url, "Reader");
    const rooms = await furnish(server.url, cookie);
    const context = await browser.newContext({
      ...VISITOR,
      storageState: { cookies: [kept(cookie, server.url)], origins: [] },
    });
    const page = await context.newPage();
    await page.addInitScript(watchSwitches);
    await page.goto(server.url + LOBBY);
    await page.locator('.connection[data-state="live"]').waitFor({ state: "attached" });
    await pause(1000);
    const first = [];
    for (const room of rooms) first.push(await switched(page, room));
    const again = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const room of rooms) again.push(await switched(page, room));
    }
    return {
      unit: "ms",
      rooms: ROOMS,
      messages: MESSAGES,
      first,
      again,
      medians: {
        first: median(first),
        first_worst: Math.max(...first),
        again: median(again),
        again_p99: quantile(again, 0.99),
        again_worst: Math.max(...again),
      },
    };
  } finally {
    await browser.close();
    await server.end();
  }
}
