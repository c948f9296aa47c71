// The head of a room without script: its menu opens, and what needs a script is not offered.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("the menu offers what works", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.menu.locator("summary").click();
  await expect(alice.menu.getByRole("button", { name: "Leave" })).toBeVisible();
  await expect(alice.menu.getByText("Copy link")).toBeHidden();
  await expect(alice.menu.getByRole("checkbox")).toBeHidden();
  await expect(alice.page.locator(".composer .send")).toBeVisible();
});
