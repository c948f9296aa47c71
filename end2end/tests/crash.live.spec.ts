// The server is killed, as by a power cut, and started again.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

test("what was sent is there, what was queued follows, everybody is back", async ({
  arrive,
  server,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Before");
  await server.kill();
  await alice.isLost();
  await bob.isLost();
  await alice.send("Meanwhile");
  await bob.composer.fill("Half a thou");
  await server.up();
  await alice.isLive(30_000);
  await bob.isLive(30_000);
  await alice.isSent("Meanwhile");
  await alice.say("After");
  for (const { log } of [alice, bob]) {
    await expect(log.locator(".text")).toHaveText(["Before", "Meanwhile", "After"]);
  }
  await expect(bob.composer).toHaveValue("Half a thou");
  await expect(alice.people.locator(".count")).toHaveText("2");
  await history.holds();
});

test("killed in the middle of a burst: each message is there once, in order", async ({
  arrive,
  server,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY);
  const texts = Array.from({ length: 30 }, (_, n) => `Burst ${n + 1}`);
  for (const [n, text] of texts.entries()) {
    await alice.send(text);
    if (n === 15) await server.kill();
  }
  await server.up();
  await alice.isLive(30_000);
  await expect(alice.log.locator("[data-state]")).toHaveCount(0);
  await expect(alice.log.locator(".text")).toHaveText(texts);
  expect((await alice.rest.history()).map((message) => message.content)).toEqual(texts);
  await history.holds();
});

test("stopped as planned, it is back without anybody doing anything", async ({
  arrive,
  server,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Before");
  await server.stop();
  await server.up();
  await alice.say("After");
  await expect(alice.log.locator(".text")).toHaveText(["Before", "After"]);
  await history.holds();
});
