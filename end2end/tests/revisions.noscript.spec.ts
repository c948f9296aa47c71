// What a message said before it was edited, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("edited leads to the page of earlier versions and back", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { number } = await alice.rest.post("See you at five");
  await alice.rest.edit(number, "See you at six");
  await alice.page.reload();
  await alice.page.locator("a.edited").click();
  await expect(alice.page.getByRole("heading", { name: "Earlier versions" })).toBeVisible();
  await expect(alice.page.locator("del")).toHaveText("five");
  await expect(alice.page.locator("ins")).toHaveText("six");
  await alice.page.getByRole("button", { name: "Forget this version" }).click();
  await expect(alice.page.getByRole("status")).toHaveText("No earlier version is kept.");
  await alice.page.getByRole("link", { name: "Back to the room" }).click();
  await expect(alice.page.locator("[data-marked]")).toContainText("See you at six");
});
