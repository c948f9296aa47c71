// All rooms: looked for, joined and left, by links and forms alone.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a room is found, joined, written in and left", { tag: "@phone" }, async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea & Cake", "Where Zoë pours at four.");
  await bob.rest.makeRoom("Garden");
  await bob.rest.post("Who comes?", tea.id);
  const alice = await arrive("Alice", "/");
  const { page } = alice;
  await alice.sidebar.getByRole("link", { name: "Browse all rooms" }).click();
  await expect(alice.title).toHaveText("All rooms");
  const lines = page.locator(".all-rooms > li");
  await expect(lines).toHaveCount(3);
  await page.getByRole("searchbox").fill("zoe");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(lines).toHaveCount(1);
  await expect(lines).toContainText("Tea & Cake");
  await expect(lines).toContainText("last message just now");
  await lines.getByRole("button", { name: "Join" }).click();
  await expect(page, "where she was").toHaveURL(/q=zoe#r2$/);
  await expect(lines).toContainText("You never wrote here.");
  await lines.getByRole("link", { name: "Tea & Cake" }).click();
  await alice.settled();
  await expect(alice.looking).toHaveCount(0);
  await alice.say("I do");
  await alice.visit("/rooms/all?q=tea");
  await expect(lines).not.toContainText("never");
  await lines.getByRole("button", { name: "Leave" }).click();
  await expect(lines.getByRole("button", { name: "Join" })).toBeVisible();
  await page.getByRole("searchbox").fill("nothing of the kind");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByRole("status")).toContainText("No room");
  await page.getByRole("link", { name: "All rooms" }).click();
  await expect(lines).toHaveCount(3);
});

test("how many are in a room is told there", async ({ arrive }) => {
  const alice = await arrive("Alice", "/rooms/all");
  const lobby = alice.page.locator(".all-rooms > li");
  await expect(lobby).toContainText("Nobody is there");
  const bob = await arrive("Bob", LOBBY);
  await bob.rest.post("I am");
  if ((await bob.page.locator(".connection").getAttribute("data-state")) !== "live") return;
  await alice.visit("/rooms/all");
  await expect(lobby).toContainText("1 person is there");
});
