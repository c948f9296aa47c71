// The first thing one sees, on a database that nobody has used yet.

import { expect, test } from "./support/test.js";

test("says what this is and what to do", { tag: "@phone" }, async ({ chat, page }) => {
  await chat.visit("/");
  await expect(page).toHaveTitle(/Parlour/);
  await expect(chat.title).toHaveText("Welcome");
  await expect(page.getByRole("main").getByRole("listitem")).not.toHaveCount(0);
  await expect(page.getByRole("link", { name: "Parlour", exact: true })).toHaveAttribute("href", "/rooms");
  await expect(page.getByRole("link", { name: "Choose a name" })).toBeVisible();
});

test("who has said who they are is not asked to", async ({ arrive, chat, page }) => {
  const bob = await arrive("Bob", "/rooms/1");
  await bob.rest.post("Somebody was here");
  await chat.visit("/rooms");
  const step = "Say who you are";
  await expect(page.getByText(step)).toBeVisible();
  await bob.visit("/rooms");
  await expect(bob.page.getByRole("heading", { name: "Pick a room" })).toBeVisible();
  await expect(bob.page.getByText(step)).toBeHidden();
});

test("nothing is said where nothing has happened", { tag: "@phone" }, async ({ arrive, chat }) => {
  await chat.visit("/");
  await expect(chat.notice).toBeHidden();
  const alice = await arrive("Alice", "/rooms/1");
  await expect(alice.notice).toBeHidden();
  const [frame, field] = [await alice.page.locator(".composer").boundingBox(), await alice.composer.boundingBox()];
  expect((frame?.height ?? 0) - (field?.height ?? 0), "no room for an error").toBeLessThanOrEqual(12);
});

test("a first room is there", { tag: "@phone" }, async ({ chat }) => {
  await chat.visit("/");
  await expect(chat.sidebar.getByRole("listitem")).toHaveCount(1);
  await expect(chat.roomLink("Lobby")).toHaveAttribute("href", "/rooms/1-lobby");
  await expect(chat.sidebar.getByRole("link", { name: "New room" })).toBeVisible();
});

test("the keyboard reaches the content first", async ({ chat, page }) => {
  await chat.visit("/");
  await page.keyboard.press("Tab");
  const skip = page.locator(".skip-link");
  await expect(skip).toBeFocused();
  await expect(skip).toHaveAttribute("href", "#main");
});
