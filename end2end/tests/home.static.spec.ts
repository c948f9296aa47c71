// The front door, and the list of rooms behind it.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("the front door opens the room one was in last", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice");
  await expect(alice.title).toHaveText("Welcome");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(LOBBY);
  await alice.visit("/");
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(alice.title).toHaveText("Lobby");
  // From the list into another one, with a page load or without.
  await alice.visit("/rooms");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await alice.visit("/");
  await expect(alice.page).toHaveURL(new RegExp(`/rooms/${tea.id}-tea$`));
});

test("from a room back to the list, and not to where one was", { tag: "@phone" }, async ({ arrive, isMobile }) => {
  const alice = await arrive("Alice", LOBBY);
  const back = isMobile ? alice.page.locator(".back") : alice.page.getByRole("link", { name: "Parlour", exact: true });
  await back.click();
  await expect(alice.page).toHaveURL(/\/rooms$/);
  await expect(alice.roomLink("Lobby")).toBeVisible();
  await alice.page.reload();
  await expect(alice.roomLink("Lobby")).toBeVisible();
  await expect(alice.page).toHaveURL(/\/rooms$/);
  await alice.page.goBack();
  await expect(alice.title).toHaveText("Lobby");
});

test("a room that is gone is no way in", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}`);
  await alice.rest.deleteRoom(tea.id);
  await alice.visit("/");
  await expect(alice.title).toHaveText("Welcome");
  await expect(alice.roomLink("Lobby")).toBeVisible();
});
