// Having a message back that one has just deleted, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("the page after a deletion offers the way back, to who deleted", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const { number } = await alice.rest.post("Too early");
  await alice.page.goto(`${LOBBY}/m/${number}/delete`);
  await alice.page.getByRole("button", { name: "Delete message" }).click();
  await expect(alice.log.locator(".removed")).toBeVisible();
  await bob.page.reload();
  await expect(bob.log.locator(".removed")).toBeVisible();
  await expect(bob.page.getByRole("button", { name: "Undo" })).toHaveCount(0);
  await alice.page.getByRole("button", { name: "Undo" }).click();
  await expect(alice.log.locator(`#m${number} .text`)).toHaveText("Too early");
});
