// Where nobody has been: a new house, and a room without a word in it.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a new house greets its first visitor with what to do", { tag: "@phone" }, async ({ chat, page, arrive }) => {
  await chat.visit("/");
  const main = page.getByRole("main");
  await expect(chat.title).toHaveText("Welcome");
  await expect(main.getByRole("heading", { level: 2 })).toHaveText(["Make a room", "Send this link", "Say hello"]);
  await expect(main.getByRole("link", { name: "Make one" })).toHaveAttribute("href", "/rooms/new");
  const alice = await arrive("Alice", LOBBY);
  await alice.say("The first word");
  await chat.visit("/rooms");
  await expect(main.getByRole("heading", { level: 2 }).first()).toHaveText("Pick a room");
});

test("an empty room says what it is for, and leads to its first word", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea", "What goes with what");
  await alice.visit(`/rooms/${tea.id}-tea`);
  const empty = alice.page.locator(".empty-room");
  await expect(empty).toContainText("What goes with what");
  await expect(empty).toContainText(/Made on \d+ \w+ \d{4}/);
  await empty.getByRole("link", { name: "Say hello" }).click();
  await expect(alice.composer).toBeInViewport();
  await alice.say("Hello");
  await expect(empty).toHaveCount(0);
});

test("who has no name yet sees what an empty room is for", async ({ arrive, chat }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea", "What goes with what");
  await chat.visit(`/rooms/${tea.id}-tea`);
  await expect(chat.page.locator(".empty-room")).toContainText("What goes with what");
  await expect(chat.page.getByRole("link", { name: "Say hello" })).toHaveCount(0);
});
