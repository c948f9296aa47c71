// The connection goes and comes back; what one sees, has typed and has sent survives it.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

test("the header says it within 5 seconds, and Retry now works", { tag: "@phone" }, async ({
  arrive,
  wire,
}) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  wire.cut();
  await alice.isLost();
  await expect(alice.connection.getByRole("status")).toContainText("Connection lost");
  wire.mend();
  await alice.connection.getByRole("button", { name: "Retry now" }).click();
  await alice.isLive(5_000);
});

test("it comes back by itself and shows what a fresh page shows", async ({ arrive, wire, history }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const bob = await arrive("Bob", LOBBY);
  const first = await bob.rest.post("To be changed");
  const second = await bob.rest.post("To be removed");
  await expect(alice.message("To be removed")).toBeVisible();
  wire.cut();
  await alice.isLost();
  await bob.rest.edit(first.number, "Changed");
  await bob.rest.remove(second.number);
  await bob.rest.fill(7, "missed");
  await bob.rest.makeRoom("Tea");
  wire.mend();
  await alice.isLive(30_000);
  await expect(alice.message("missed 7")).toBeVisible();
  await expect(alice.roomLink("Tea")).toBeVisible();
  const fresh = await arrive("Carol", LOBBY);
  expect(await alice.shown()).toEqual(await fresh.shown());
  await history.holds();
});

test("a long absence ends the same way", async ({ arrive, wire, history }) => {
  test.setTimeout(90_000);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const bob = await arrive("Bob");
  wire.cut();
  await alice.isLost();
  await bob.rest.fill(600, "missed");
  wire.mend();
  await alice.isLive(30_000);
  await expect(alice.message("missed 600")).toBeVisible();
  const fresh = await arrive("Carol", LOBBY);
  const shown = await alice.shown();
  expect(shown.slice(-50)).toEqual(await fresh.shown());
  expect(new Set(shown).size).toBe(shown.length);
  await history.holds();
});

test("nobody seems to type on while the connection is lost", async ({ arrive, wire }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const bob = await arrive("Bob", LOBBY);
  await bob.composer.pressSequentially("Well");
  await expect(alice.typing).toHaveText("Bob is typing…");
  wire.cut();
  await alice.isLost();
  await expect(alice.typing).toBeEmpty();
});

test("without network it says so, and goes on when the network is back", async ({ arrive, history }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.context().setOffline(true);
  await alice.isLost();
  await expect(alice.connection.getByRole("status")).toHaveText("You are offline.");
  await alice.send("From the tunnel");
  await expect(alice.message("From the tunnel")).toHaveAttribute("data-state", "queued");
  await alice.composer.fill("And half a senten");
  await alice.page.context().setOffline(false);
  await alice.isLive(5_000);
  await alice.isSent("From the tunnel");
  await expect(alice.message("From the tunnel")).toHaveCount(1);
  await expect(alice.composer).toHaveValue("And half a senten");
  await history.holds();
});

test("what was queued is sent in order, once", async ({ arrive, wire, history }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  wire.cut();
  await alice.isLost();
  for (const text of ["One", "Two", "Three"]) await alice.send(text);
  wire.mend();
  await alice.isLive(30_000);
  for (const text of ["One", "Two", "Three"]) await alice.isSent(text);
  const stored = (await alice.rest.history()).map((message) => message.content);
  expect(stored).toEqual(["One", "Two", "Three"]);
  await history.holds();
});

test("the place in the history is kept", async ({ arrive, wire }) => {
  const bob = await arrive("Bob");
  await bob.rest.fill(45);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await alice.scrollUp(900);
  const anchor = alice.message("a line 20");
  const before = await alice.top(anchor);
  wire.cut();
  await alice.isLost();
  await bob.rest.fill(5, "missed");
  wire.mend();
  await alice.isLive(30_000);
  await expect(alice.message("missed 5")).toBeAttached();
  await expect(alice.jump).toHaveText(/^5 new messages/);
  expect(Math.abs((await alice.top(anchor)) - before)).toBeLessThanOrEqual(1);
});
