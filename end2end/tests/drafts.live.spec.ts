// What is written and not sent, as the list of rooms tells of it.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a room in which something is written says so in the list, unless it is open", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.rest.makeRoom("Garden");
  const { composer, page } = alice;
  const lobby = page.getByRole("link", { name: "Lobby draft" });
  const garden = page.getByRole("link", { name: "Garden draft" });
  await alice.roomLink("Garden").click();
  await composer.fill("Roses");
  await expect(garden).toHaveCount(0);
  await alice.roomLink("Lobby").click();
  await expect(garden).toBeVisible();
  await expect(lobby).toHaveCount(0);
  // After a reload, too, and where no room is open.
  await page.reload();
  await expect(garden).toBeVisible();
  await alice.visit("/rooms");
  await expect(garden).toBeVisible();
  // Another tab of the same browser hears of it.
  const other = await alice.anotherTab(LOBBY);
  const there = other.page.getByRole("link", { name: "Garden draft" });
  await expect(there).toBeVisible();
  await garden.click();
  await expect(composer).toHaveValue("Roses");
  await expect(garden).toHaveCount(0);
  await composer.press("Enter");
  await expect(there).toHaveCount(0);
  await alice.roomLink("Lobby").click();
  await expect(garden).toHaveCount(0);
});
