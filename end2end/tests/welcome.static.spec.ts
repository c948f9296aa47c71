// The first thing one sees, on a database that nobody has used yet.

import { expect, test } from "./support/test.js";

test("says what this is and what to do", { tag: "@phone" }, async ({ chat, page }) => {
  await chat.visit("/");
  await expect(page).toHaveTitle(/Parlour/);
  await expect(chat.title).toHaveText("Welcome to Parlour");
  await expect(page.getByRole("main").getByRole("listitem")).not.toHaveCount(0);
  await expect(page.getByRole("link", { name: "Parlour", exact: true })).toHaveAttribute("href", "/");
  await expect(page.getByRole("link", { name: "Choose a name" })).toBeVisible();
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
