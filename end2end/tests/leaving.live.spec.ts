// Leaving a room, and the end of one.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who leaves lands on the welcome screen, and is gone for the others", { tag: "@phone" }, async ({
  arrive,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await expect(bob.people.locator(".count")).toHaveText("2");
  await alice.page.getByRole("button", { name: "Leave" }).click();
  await expect(alice.title).toHaveText("Welcome to Parlour");
  await expect(alice.page).toHaveURL(/\/$/);
  await expect(alice.page.getByRole("main"), "the button that had the focus is gone").toBeFocused();
  await expect(bob.notes.filter({ hasText: "Alice left" })).toHaveCount(1);
  await expect(bob.people.locator(".count")).toHaveText("1");
});

test("deleting asks first", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const room = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${room.id}`);
  await alice.page.getByRole("link", { name: "Delete room" }).click();
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
  await alice.page.getByRole("link", { name: "Delete room" }).click();
  await alice.confirm.click();
  for (const one of [alice, bob]) {
    await expect(one.title).toHaveText("Welcome to Parlour");
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
  await expect(bob.page.getByRole("button", { name: "Leave" })).toBeVisible();
  await expect(bob.page.getByRole("link", { name: "Delete room" })).toHaveCount(0);
});
