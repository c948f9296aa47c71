// What is pinned in a room, as it comes and goes.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a pin shows at once for everybody, and the pins open over the room", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const { number } = await alice.rest.post("Read this first");
  await expect(bob.message("Read this first")).toBeVisible();
  await (await alice.actions(alice.message("Read this first"))).getByRole("button", { name: "Pin for everybody" }).click();
  await expect(bob.log.locator(`#m${number}[data-pinned]`)).toBeVisible();
  await bob.fromMenu("Pinned messages");
  await expect(bob.dialog.locator(".mentions > li")).toHaveCount(1);
  await expect(bob.dialog).toContainText("Pinned by Alice");
  await bob.page.keyboard.press("Escape");
  await expect(bob.dialog).toHaveCount(0);
  await expect(bob.title).toHaveText("Lobby");
});
