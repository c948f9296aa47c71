// What was sent is kept until the server has it, whatever happens to network, tab and server.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

const stored = (messages: { content: string }[]) => messages.map(({ content }) => content);

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

test("offline while typing and while sending: all of it goes later, in order", { tag: "@phone" }, async ({
  arrive,
  history,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.pressSequentially("Typed in the light, ");
  await alice.page.context().setOffline(true);
  await alice.composer.pressSequentially("sent in the dark");
  const whole = "Typed in the light, sent in the dark";
  await expect(alice.composer).toHaveValue(whole);
  const texts = [whole, "A second one", "A third one"];
  for (const text of texts) await alice.send(text);
  for (const text of texts) {
    await expect(alice.message(text)).toHaveAttribute("data-state", "queued");
  }
  await bob.say("Meanwhile");
  await alice.composer.fill("And half a senten");
  await alice.page.context().setOffline(false);
  for (const text of texts) await alice.isSent(text);
  await expect(alice.composer).toHaveValue("And half a senten");
  for (const one of [alice, bob]) {
    await expect(one.log.locator(".text")).toHaveText(["Meanwhile", ...texts]);
  }
  expect(await alice.outbox()).toEqual([]);
  await history.holds();
});

test("a tab that dies leaves its messages to the next one", async ({ arrive, wire, history }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const tea = await alice.rest.makeRoom("Tea");
  await alice.say("Before");
  wire.cut();
  await alice.isLost();
  for (const text of ["One", "Two", "Three"]) await alice.send(text);
  await alice.crash();
  wire.mend();
  const next = await alice.anotherTab(`/rooms/${tea.id}`);
  await expect.poll(() => next.outbox(), "also from another room").toEqual([]);
  await next.visit(LOBBY);
  await expect(next.log.locator(".text")).toHaveText(["Before", "One", "Two", "Three"]);
  await history.holds();
});

test("a tab that dies while a message is on its way", async ({ arrive, server, history }) => {
  const alice = await arrive("Alice", LOBBY);
  // Nothing is on its way before the server has said whose socket it is.
  await alice.say("Arrived");
  server.freeze();
  await alice.send("On its way");
  await expect(alice.message("On its way")).toHaveAttribute("data-state", "sending");
  await alice.crash();
  server.thaw();
  const next = await alice.anotherTab(LOBBY);
  await next.isSent("On its way");
  await expect.poll(() => next.outbox()).toEqual([]);
  expect(stored(await alice.rest.history())).toEqual(["Arrived", "On its way"]);
  await history.holds();
});

test("two tabs share what waits: the one that lives sends for both", async ({ arrive, wire, history }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const other = await alice.anotherTab(LOBBY);
  // Not by the browser's own switch, which waits for a service worker that died with the tab.
  wire.cut();
  await alice.isLost();
  await other.isLost();
  await alice.send("From the one");
  await other.send("From the other");
  await alice.crash();
  wire.mend();
  await other.isLive(40_000);
  for (const text of ["From the one", "From the other"]) await other.isSent(text);
  expect(stored(await alice.rest.history())).toEqual(["From the one", "From the other"]);
  await expect.poll(() => other.outbox()).toEqual([]);
  await history.holds();
});

test("two tabs that are back at once send everything once", async ({ arrive, history }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const other = await alice.anotherTab(LOBBY);
  await alice.page.context().setOffline(true);
  await alice.isLost();
  await other.isLost();
  const texts = Array.from({ length: 10 }, (_, n) => `Number ${n + 1}`);
  for (const [n, text] of texts.entries()) {
    const [one, two] = n % 2 === 0 ? [alice, other] : [other, alice];
    await one.send(text);
    await expect.poll(() => two.outbox()).toHaveLength(n + 1);
  }
  await alice.page.context().setOffline(false);
  for (const tab of [alice, other]) await expect.poll(() => tab.outbox()).toEqual([]);
  for (const tab of [alice, other, bob]) {
    // What the other tab was told is stored waits here no more, and comes with its frame.
    await expect(tab.log.locator("[data-state]")).toHaveCount(0);
    await expect(tab.log.locator(".text")).toHaveText(texts);
  }
  await history.holds();
});

test("two tabs keep their drafts, each of its room", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tea = await alice.rest.makeRoom("Tea");
  const other = await alice.anotherTab(`/rooms/${tea.id}`);
  await alice.composer.fill("For the lobby");
  await other.composer.fill("For tea");
  await alice.composer.fill("For the lobby, at length");
  await alice.crash();
  await other.crash();
  const next = await alice.anotherTab(LOBBY);
  await expect(next.composer).toHaveValue("For the lobby, at length");
  await next.roomLink("Tea").click();
  await expect(next.composer).toHaveValue("For tea");
});

test("the server dies after it has stored a message and before it says so", { tag: "@phone" }, async ({
  arrive,
  server,
  wire,
  history,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await alice.say("Before");
  wire.loseAnswers();
  await alice.send("Once");
  await alice.send("After it");
  await expect(bob.message("Once")).toBeVisible();
  await expect(alice.message("Once")).toHaveAttribute("data-state");
  await server.kill();
  await server.up();
  for (const text of ["Once", "After it"]) await alice.isSent(text);
  await bob.isLive(30_000);
  for (const one of [alice, bob]) {
    await expect(one.log.locator(".text")).toHaveText(["Before", "Once", "After it"]);
  }
  expect(stored(await alice.rest.history())).toEqual(["Before", "Once", "After it"]);
  await history.holds();
});

test("the server is away for a day", async ({ arrive, server, history }) => {
  const alice = await arrive("Alice", "/me");
  await alice.page.clock.install();
  await alice.visit(LOBBY);
  await alice.say("See you tomorrow");
  await server.stop();
  await alice.isLost();
  await alice.send("Good morning");
  await alice.page.clock.fastForward("12:00:00");
  await alice.send("Still nobody?");
  await alice.page.clock.fastForward("12:00:00");
  await server.up();
  await alice.isLive(40_000);
  for (const text of ["Good morning", "Still nobody?"]) await alice.isSent(text);
  const texts = ["See you tomorrow", "Good morning", "Still nobody?"];
  await expect(alice.log.locator(".text")).toHaveText(texts);
  await history.holds();
});

test("refused for good: the next one goes on, and the text is there to edit", async ({
  arrive,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY);
  const tooLong = "x".repeat(10_001);
  // Written when longer ones were allowed.
  await alice.page.evaluate((content) => {
    const waiting = [
      { client_id: "old-1", room_id: 1, content },
      { client_id: "old-2", room_id: 1, content: "The one after it" },
    ];
    localStorage.setItem("parlour.outbox", JSON.stringify(waiting));
  }, tooLong);
  for (const text of [tooLong, "The one after it"]) history.sent(alice, text);
  await alice.visit(LOBBY);
  await alice.isSent("The one after it");
  const refused = alice.log.locator('[data-state="refused"]');
  await expect(refused).toContainText("Not sent:");
  await expect(refused).toContainText("at most 10000 characters");
  await history.holds();
  await refused.getByRole("button", { name: "Edit" }).click();
  history.discarded(alice, tooLong);
  await expect(alice.composer).toHaveValue(tooLong);
  await alice.say("Made short");
  expect(await alice.outbox()).toEqual([]);
  await history.holds();
});

test("a room that is deleted meanwhile: text and reason stay until their author decides", async ({
  arrive,
  wire,
  tolerate,
  history,
}) => {
  tolerate(/status of 404/);
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${tea.id}`, { via: wire });
  wire.cut();
  await alice.isLost();
  await alice.send("Too late for tea");
  await alice.send("And for cake");
  await bob.rest.deleteRoom(tea.id);
  wire.mend();
  await expect(alice.title).toHaveText("Welcome", { timeout: 40_000 });
  await expect(alice.unsent).toContainText("Too late for tea");
  await expect(alice.unsent).toContainText("The room Tea was deleted.");
  await alice.page.reload();
  await expect(alice.unsent.getByRole("article")).toHaveCount(2);
  await history.holds();
  await alice.unsent.getByRole("button", { name: "Discard" }).last().click();
  history.discarded(alice, "And for cake", tea.id);
  await alice.roomLink("Lobby").click();
  await alice.unsent.getByRole("button", { name: "Edit" }).click();
  history.discarded(alice, "Too late for tea", tea.id);
  await expect(alice.composer).toHaveValue("Too late for tea");
  await expect(alice.unsent).toHaveCount(0);
  await alice.say("Tea in the lobby, then");
  expect(await alice.outbox()).toEqual([]);
  await history.holds();
});

test("a history in which something is missing does not hold", async ({ arrive, history }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here");
  await history.holds();
  history.sent(alice, "Nowhere");
  await expect(history.holds()).rejects.toThrow(/Nowhere/);
});
