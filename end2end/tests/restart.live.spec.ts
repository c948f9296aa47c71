// The server is replaced by a new one, or by an older state of itself.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

for (const [way, name] of [
  ["restart", "stopped, with the next one at once"],
  ["replace", "handed over to the next one"],
] as const) {
  test(`${name}: nobody notices`, { tag: way === "restart" ? "@phone" : [] }, async ({
    arrive,
    server,
    history,
  }) => {
    const alice = await arrive("Alice", LOBBY);
    const bob = await arrive("Bob", LOBBY);
    await alice.say("Before");
    const states = [await alice.connectionStates(), await bob.connectionStates()];
    const texts = Array.from({ length: 20 }, (_, n) => `Meanwhile ${n + 1}`);
    await bob.composer.fill("Half a thou");
    const replaced = server[way]();
    for (const text of texts) await alice.send(text);
    await replaced;
    for (const text of texts) await alice.isSent(text);
    await alice.say("After");
    for (const one of [alice, bob]) {
      await expect(one.log.locator(".text")).toHaveText(["Before", ...texts, "After"]);
    }
    for (const seen of states) expect(new Set(await seen())).toEqual(new Set(["live"]));
    await expect(bob.composer).toHaveValue("Half a thou");
    await expect(bob.notes, "nobody came and nobody went").toHaveCount(0);
    await expect(bob.people.locator(".count")).toHaveText("2");
    await history.holds();
  });
}

test("a page that is asked for during a restart comes", async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  await alice.rest.post("Here");
  const replaced = server.restart();
  await alice.visit(LOBBY);
  await expect(alice.message("Here")).toBeVisible();
  await replaced;
  await alice.visit(LOBBY);
  await alice.say("And there");
});

test("a short cut shows nothing, a longer one does after three seconds", async ({
  arrive,
  wire,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const states = await alice.connectionStates();
  wire.cut();
  await alice.send("Hardly a pause");
  await expect(alice.message("Hardly a pause")).toHaveAttribute("data-state");
  wire.mend();
  await alice.isSent("Hardly a pause");
  expect(new Set(await states())).toEqual(new Set(["live"]));
  const began = Date.now();
  wire.cut();
  await alice.isLost();
  expect(Date.now() - began).toBeGreaterThan(2_500);
  wire.mend();
  await alice.isLive(30_000);
  await history.holds();
});

test("a restored backup: what one sees is what it holds, what waits is sent to it", async ({
  arrive,
  server,
  history,
}) => {
  test.setTimeout(90_000);
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Of old");
  await bob.say("Of old, too");
  const backup = server.file("backup.db");
  await server.command("backup", backup);
  await alice.say("Not in the backup");
  await bob.rest.fill(120, "nor this");
  await expect(alice.message("nor this 120")).toBeVisible();
  await server.stop();
  await alice.isLost();
  await alice.send("Waited through it");
  await bob.composer.fill("Half a thou");
  history.beginAnew();
  history.sent(alice, "Waited through it");
  await server.command("restore", backup);
  await server.up();
  for (const one of [alice, bob]) {
    await one.isLive(30_000);
    await expect(one.log.locator(".text")).toHaveText([
      "Of old",
      "Of old, too",
      "Waited through it",
    ]);
    await expect(one.page).toHaveURL(new RegExp(`${LOBBY}$`));
  }
  await alice.isSent("Waited through it");
  await expect(bob.composer).toHaveValue("Half a thou");
  await bob.say("On we go");
  await expect(alice.message("On we go")).toBeVisible();
  const fresh = await arrive("Carol", LOBBY);
  expect(await alice.shown()).toEqual(await fresh.shown());
  await history.holds();
});
