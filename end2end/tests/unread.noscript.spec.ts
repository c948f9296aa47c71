// How far one has read, by links and forms alone.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a page begins where one stopped, and what it shows is marked as read by a button", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here I am");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(60);
  await alice.visit(LOBBY);
  const unread = alice.roomLink("Lobby").locator(".unread");
  const first = alice.log.locator("#new + .message .text");
  await expect(first).toHaveText("a line 1");
  // Whatever is looked at, GET changes nothing.
  await alice.page.reload();
  await expect(unread).toHaveText("60");
  await alice.page.getByRole("link", { name: "60 new messages" }).click();
  await expect(first).toBeInViewport();
  await alice.page.getByRole("button", { name: "Mark read up to here" }).click();
  await expect(first).not.toHaveText("a line 1");
  const next = Number((await first.innerText()).replace("a line ", ""));
  expect(next).toBeGreaterThan(10);
  await expect(unread).toHaveText(`${61 - next}`);
  await expect(first).toBeInViewport();
  await alice.page.getByRole("button", { name: "Mark read up to here" }).click();
  await expect(unread).toHaveCount(0);
  await expect(alice.newLine).toHaveCount(0);
  await alice.markUnread("a line 58");
  await expect(first).toHaveText("a line 58");
  await expect(unread).toHaveText("3");
});
