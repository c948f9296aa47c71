// What is live: a page wakes up, people talk, a connection comes back.

import { LOBBY, expect, test } from "./support/test.js";

test("a page wakes up", { tag: "@short" }, async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.guest.post("It was here before");
  await alice.visits(LOBBY);
  await alice.seesStored("It was here before");
});

test("two people talk, and each message is there once and in one order", { tag: "@short" }, async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice"), await arrive("Bob")];
  await alice.visits(LOBBY);
  await bob.visits(LOBBY);
  await alice.says("Hello, Bob");
  await bob.seesStored("Hello, Bob");
  await bob.says("Hello, Alice");
  await alice.seesStored("Hello, Alice");
  expect(await alice.stored()).toEqual(await bob.stored());
  expect(await alice.written()).toBe("");
});

test("a server that was away is found again, and what was written waits", { tag: "@short" }, async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  await alice.visits(LOBBY);
  await alice.says("Before");
  await server.kill();
  await expect.poll(() => alice.connection(), { timeout: 15_000 }).not.toBe("live");
  await alice.sends("Meanwhile");
  await server.up();
  await alice.isLive(60_000);
  await alice.seesStored("Meanwhile");
  expect(await alice.stored()).toEqual(["Before", "Meanwhile"]);
});

test("what is said in another room is counted there", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const room = await alice.guest.makeRoom("Kitchen");
  await alice.visits(`/rooms/${room.id}-kitchen`);
  await alice.visits(LOBBY);
  await alice.guest.post("The soup is ready", room.id);
  const unread = () =>
    alice.runs<string>(`return document.querySelector('nav a[href^="/rooms/${room.id}-"]').textContent`);
  await alice.driver.wait(async () => /Kitchen/.test(await unread()), 5_000);
});

test("who comes back begins to read where they stopped, and what is below stays unread", async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice"), await arrive("Bob")];
  await alice.visits(LOBBY);
  await alice.says("Here I am");
  await alice.opens("/me");
  await bob.guest.fill(60);
  await alice.visits(LOBBY);
  const line = () =>
    alice.runs<number>(`
      const top = (css) => document.querySelector(css)?.getBoundingClientRect().top;
      return top("#new") - top(".scroller");`);
  await expect.poll(line).toBeGreaterThanOrEqual(0);
  expect(await line()).toBeLessThan(120);
  await expect.poll(() => alice.guest.unread()).toBeLessThan(60);
  expect(await alice.guest.unread()).toBeGreaterThan(20);
});
