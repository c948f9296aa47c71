// Favourites, and sections that are folded, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a room becomes a favourite, and a section is folded, without script", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tea = await alice.rest.makeRoom("Tea");
  await alice.rest.makeRoom("Attic");
  await alice.visit(`/rooms/${tea.id}`);
  await alice.fromMenu("Add to favourites");
  const lines = alice.sidebar.locator(".room-list > li:visible");
  await expect(lines).toHaveText(["Favourites", "Tea", "Your rooms", "Attic", "Lobby", "Direct messages"]);
  await alice.sidebar.locator("summary", { hasText: "Your rooms" }).click();
  await expect(lines).toHaveText(["Favourites", "Tea", "Your rooms", "Direct messages"]);
  await alice.sidebar.getByRole("link", { name: "Choose favourites" }).click();
  const attic = alice.page.locator(".all-rooms li", { hasText: "Attic" });
  await attic.getByRole("button", { name: "Add to favourites" }).click();
  await attic.getByRole("button", { name: "Remove from favourites" }).click();
  await expect(attic.getByRole("button", { name: "Add to favourites" })).toBeVisible();
  await alice.visit(`/rooms/${tea.id}`);
  await alice.fromMenu("Remove from favourites");
  await expect(alice.sidebar.locator("summary", { hasText: "Favourites" })).toHaveCount(0);
});
