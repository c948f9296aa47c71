// A room of 10,000 messages in the page of a member: scrolled to its first message with the wheel, and written in
// while 50 messages a second arrive. How many messages are in the page, how long a frame takes, how soon a key shows.
//
// Frames are gaps between animation frames. The gaps of an empty page and of the room at rest, on the same machine
// just before, say what of them is the machine's.

import { setTimeout as pause } from "node:timers/promises";
import { VISITOR, launch } from "./chromium.mjs";
import { frames, rounded } from "./figures.mjs";
import { LOBBY, Writer, fill, kept, member } from "./lobby.mjs";
import { parlour } from "./servers.mjs";
import { noted, watchFrames } from "./watch.mjs";

const MESSAGES = 10_000;
const REST_MS = 5000;
const SCROLL_MS = 120_000;
const NOTCH = 2400;
const RATE = 50;
const APPEND_MS = 20_000;
const KEY_MS = 90;

/** The slowest interaction, one of every 50 left out, as Chromium reports it. */
function inp(events) {
  const slowest = new Map();
  for (const { interactionId, duration } of events) {
    slowest.set(interactionId, Math.max(duration, slowest.get(interactionId) ?? 0));
  }
  const ordered = [...slowest.values()].sort((a, b) => b - a);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length / 50))] ?? null;
}

async function rest(page) {
  await page.evaluate(noted);
  await pause(REST_MS);
  return frames(await page.evaluate(noted));
}

/** Turns the wheel until the first message is on the screen. */
async function toTheFirst(page) {
  await page.evaluate(noted);
  const started = Date.now();
  const isThere = () =>
    page.evaluate(() => {
      const first = document.getElementById("m1")?.getBoundingClientRect();
      return first !== undefined && first.bottom > 0;
    });
  await page.locator(".scroller").hover();
  let turns = 0;
  while (!(await isThere())) {
    if (Date.now() - started > SCROLL_MS) break;
    await page.mouse.wheel(0, -NOTCH);
    turns += 1;
  }
  const reached = await isThere();
  return { reached, turns, seconds: rounded((Date.now() - started) / 1000), ...frames(await page.evaluate(noted)) };
}

/** Back with the button that leads there; it goes once one is. */
async function toTheEnd(page) {
  await page.locator(".jump").click();
  await page.getByText(new RegExp(`line ${MESSAGES}\\.$`)).waitFor();
  await page.locator(".jump").waitFor({ state: "detached" });
}

/** Messages at a steady rate from somebody else, while this person types. */
async function append(page, writer) {
  await page.locator(".composer textarea").click();
  await pause(500);
  await page.evaluate(noted);
  const started = performance.now();
  let isOver = false;
  const sending = (async () => {
    for (let n = 1; !isOver; n += 1) {
      writer.say(`Somebody else says something while you type, number ${n}.`);
      const due = started + (n * 1000) / RATE;
      await pause(Math.max(0, due - performance.now()));
    }
    await writer.waiting();
  })();
  let keys = 0;
  while (performance.now() - started < APPEND_MS) {
    await page.keyboard.press(keys % 6 === 5 ? "Space" : "abcdefgh"[keys % 8]);
    keys += 1;
    await pause(KEY_MS);
  }
  isOver = true;
  await sending;
  const seen = await page.evaluate(noted);
  const slowEvents = [...seen.events].sort((a, b) => b.duration - a.duration).slice(0, 10);
  return { keys, rate: RATE, inp: inp(seen.events), slowest_events: slowEvents, ...frames(seen) };
}

export async function row() {
  const server = await parlour();
  const browser = await launch();
  try {
    const filling = Date.now();
    await fill(server.url, MESSAGES);
    const seeded = rounded((Date.now() - filling) / 1000);
    const cookie = await member(server.url, "Reader");
    const context = await browser.newContext({
      ...VISITOR,
      storageState: { cookies: [kept(cookie, server.url)], origins: [] },
    });
    const page = await context.newPage();
    await page.addInitScript(watchFrames, { message: "message" });
    await page.goto("about:blank");
    await page.evaluate(watchFrames, { message: "message" });
    const empty = await rest(page);
    await page.goto(server.url + LOBBY);
    await page.locator('.connection[data-state="live"]').waitFor();
    await pause(1000);
    const atRest = await rest(page);
    const scrolled = await toTheFirst(page);
    await toTheEnd(page);
    const writer = await Writer.enter(server.url, "Ada");
    const appended = await append(page, writer);
    writer.leave();
    const medians = {
      elements: Math.max(scrolled.elements, appended.elements),
      longest_frame: Math.max(scrolled.longest, appended.longest),
      longest_frame_scrolling: scrolled.longest,
      longest_frame_appending: appended.longest,
      longest_frame_of_an_empty_page: empty.longest,
      longest_frame_at_rest: atRest.longest,
      inp: appended.inp,
      reached_the_first: scrolled.reached,
    };
    return {
      unit: "ms, message elements",
      messages: MESSAGES,
      seeded_in_seconds: seeded,
      empty_page: empty,
      at_rest: atRest,
      scroll_to_the_first: scrolled,
      append_and_type: appended,
      medians,
    };
  } finally {
    await browser.close();
    await server.end();
  }
}
