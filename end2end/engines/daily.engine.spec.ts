// The room in daily use: where one stopped reading, looking and joining, what stays where it is, no network.

import { Guest } from "../tests/support/rest.js";
import { LOBBY, expect, test } from "./support/test.js";

test("sixty unread messages: one arrives where one stopped, and only what was seen is read", async ({
  arrive,
  server,
}) => {
  const alice = await arrive("Alice");
  await alice.guest.post("Here I am");
  await (await Guest.named(server.url, "Bob")).fill(60);
  await alice.visits(LOBBY);
  const firstNew = () =>
    alice.runs<string | undefined>("return document.querySelector('#new + .message .text')?.textContent.trim()");
  await expect.poll(firstNew).toBe("a line 1");
  const isInView = () =>
    alice.runs<boolean>(`
      const line = document.querySelector("#new").getBoundingClientRect();
      const log = document.querySelector(".scroller").getBoundingClientRect();
      return line.top >= log.top && line.bottom <= log.bottom;`);
  await expect.poll(isInView).toBe(true);
  await expect.poll(() => alice.guest.unread()).toBeLessThan(60);
  expect(await alice.guest.unread()).toBeGreaterThan(0);
  await alice.clicks(".jump");
  await expect.poll(() => alice.guest.unread()).toBe(0);
});

test("who looks is no member, and joins by a button", async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  const bob = await Guest.named(server.url, "Bob");
  await alice.visits(LOBBY);
  await bob.post("Anybody here?");
  await alice.seesStored("Anybody here?");
  const isLooking = () =>
    alice.runs<boolean>("return document.querySelector('.looking')?.checkVisibility() ?? false");
  await expect.poll(isLooking).toBe(true);
  await alice.clicks(".looking button");
  await expect.poll(isLooking).toBe(false);
  await alice.says("Here I am");
});

test("what is sent stands where it will when it is stored", async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  await (await Guest.named(server.url, "Bob")).post("Before");
  await alice.visits(LOBBY);
  await alice.says("First");
  const places = () =>
    alice.runs<string>(`
      const top = document.querySelector("[role=log]").getBoundingClientRect().top;
      return [...document.querySelectorAll("[role=log] .text")]
        .map((text) => [text.textContent, Math.round(text.getBoundingClientRect().top - top)].join(" "))
        .join();`);
  const pending = () => alice.runs<number>("return document.querySelectorAll('[role=log] [data-state]').length");
  server.freeze();
  await alice.sends("On its way");
  await expect.poll(pending).toBe(1);
  const before = await places();
  server.thaw();
  await expect.poll(pending).toBe(0);
  expect(await places()).toBe(before);
});

test("a room that was read is there without a server, and what is written there is sent", async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  await alice.visits(LOBBY);
  await alice.runs("return navigator.serviceWorker.ready.then(() => true)");
  // By way of the service worker.
  await alice.visits(LOBBY);
  await alice.says("Before");
  await alice.runs("Object.defineProperty(document, 'hidden', { configurable: true, value: true })");
  await alice.runs("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
  const isKept = () =>
    alice.runs<boolean>(`
      return caches.match("/rooms/1").then((page) => page?.text()).then((text) => text?.includes("Before") ?? false);`);
  await expect.poll(isKept).toBe(true);
  await server.kill();
  await alice.opens(LOBBY);
  await expect.poll(() => alice.runs<boolean>("return document.querySelector('.app')?.drawn === true")).toBe(true);
  expect(await alice.stored()).toEqual(["Before"]);
  await alice.sends("Meanwhile");
  await server.up();
  await alice.isLive(60_000);
  await alice.seesStored("Meanwhile");
});
