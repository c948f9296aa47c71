// Leaving a room, and the end of one.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who leaves looks on, is gone for the others, and may take it back", { tag: "@phone" }, async ({
  arrive,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await expect(bob.people.locator(".count")).toHaveText("2");
  await alice.leave();
  await expect(alice.notice).toContainText(/You left .?Lobby/);
  await expect(alice.title).toHaveText("Lobby");
  await expect(bob.notes.filter({ hasText: "Alice left" })).toHaveCount(1);
  await expect(bob.people.locator(".count")).toHaveText("1");
  await bob.say("Is she gone?");
  await expect(alice.message("Is she gone?")).toBeVisible();
  await alice.notice.getByRole("button", { name: "Undo" }).click();
  await expect(alice.notice).toBeEmpty();
  await expect(alice.looking).toBeHidden();
  // The button is gone, and the focus is not.
  await expect(alice.page.locator("body")).not.toBeFocused();
  // That she had come is one line with her leaving; what was said stands between that and this.
  await expect(bob.notes.filter({ hasText: "Alice joined" })).toHaveCount(1);
  await expect(bob.people.locator(".count")).toHaveText("2");
});

test("a room that is left in one tab is left in the other, and both look on", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const other = await alice.anotherTab(LOBBY);
  await alice.leave();
  for (const tab of [alice, other]) await expect(tab.looking).toBeVisible();
  await expect(other.notice).toBeEmpty();
  const bob = await arrive("Bob", LOBBY);
  await bob.say("Still there?");
  for (const tab of [alice, other]) await expect(tab.message("Still there?")).toBeVisible();
  await alice.looking.getByRole("button", { name: "Join" }).click();
  for (const tab of [alice, other]) await expect(tab.looking).toBeHidden();
  await expect(alice.notice).toBeEmpty();
  await expect(alice.composer).toBeFocused();
  await expect(bob.people.locator(".count")).toHaveText("2");
});

test("deleting asks first", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const room = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${room.id}`);
  await alice.fromMenu("Delete room");
  await expect(alice.dialog).toContainText("Tea");
  await alice.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(alice.dialog).toBeHidden();
  await expect(alice.title).toHaveText("Tea");
});

test("everybody in a deleted room is told and lands on the welcome screen", async ({
  arrive,
  tolerate,
}) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice");
  const room = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${room.id}`);
  const bob = await arrive("Bob", `/rooms/${room.id}`);
  const elsewhere = await arrive("Carol", LOBBY);
  await expect(elsewhere.roomLink("Tea")).toBeVisible();
  await alice.fromMenu("Delete room");
  await alice.confirm.click();
  for (const one of [alice, bob]) {
    await expect(one.title).toHaveText("Welcome");
    await expect(one.notice).toContainText("The room Tea was deleted.");
    await expect(one.roomLink("Tea")).toHaveCount(0);
  }
  await expect(elsewhere.roomLink("Tea")).toHaveCount(0);
  await expect(elsewhere.title).toHaveText("Lobby");
  const answer = await bob.page.goto(`/rooms/${room.id}`);
  expect(answer?.status()).toBe(404);
  await bob.page.getByRole("main").getByRole("link").first().click();
  await expect(bob.roomLink("Lobby")).toBeVisible();
});

test("what was on its way to a room when it was deleted does not hide that it was", async ({
  arrive,
  tolerate,
}) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice");
  const room = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", "/me");
  await bob.rest.joinRoom(room.id);
  let letGo: (() => void) | undefined;
  let isRefused = false;
  await bob.page.routeWebSocket(/\/ws$/, (socket) => {
    const far = socket.connectToServer();
    socket.onMessage((text) => {
      if (String(text).includes('"read"')) letGo = () => far.send(text);
      else far.send(text);
    });
    far.onMessage((text) => {
      socket.send(text);
      isRefused ||= String(text).includes('"error"');
    });
  });
  await bob.visit(`/rooms/${room.id}`);
  await alice.rest.fill(1, "Read", room.id);
  await expect.poll(() => letGo).toBeDefined();
  await alice.rest.deleteRoom(room.id);
  await expect(bob.notice).toContainText("The room Tea was deleted.");
  letGo?.();
  await expect.poll(() => isRefused).toBe(true);
  await bob.page.evaluate(() => new Promise(requestAnimationFrame));
  await expect(bob.notice).toContainText("The room Tea was deleted.");
});

test("only who made it is offered to delete it", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const room = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", `/rooms/${room.id}`);
  await bob.menu.locator("summary").click();
  await expect(bob.page.getByRole("button", { name: "Leave" })).toBeVisible();
  await expect(bob.page.getByRole("link", { name: "Delete room" })).toHaveCount(0);
});
