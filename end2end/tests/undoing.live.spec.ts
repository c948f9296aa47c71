// Having a message back that one has just deleted.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("what was deleted comes back for everybody, from the notice and after a reload", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Too early");
  for (const isReloaded of [false, true]) {
    const actions = await alice.actions(alice.message("Too early"));
    await actions.getByRole("link", { name: "Delete" }).click();
    await alice.confirm.click();
    await expect(bob.log.locator(".removed")).toBeVisible();
    if (isReloaded) {
      await alice.page.reload();
      await alice.settled();
      await alice.log.getByRole("button", { name: "Undo" }).click();
    } else {
      await alice.page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    }
    for (const person of [alice, bob]) {
      await expect(person.message("Too early")).toBeVisible();
      await expect(person.log.locator(".removed")).toHaveCount(0);
    }
  }
  await expect(bob.page.getByRole("button", { name: "Undo" })).toHaveCount(0);
});
