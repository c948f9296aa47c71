// Blocking: what somebody says whom one blocks is folded away, on every page, and shown when one asks for it.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("what a blocked person says is folded away until it is asked for", { tag: "@phone" }, async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const carol = await arrive("Carol", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await bob.rest.post("Rude words");
  await carol.rest.post("Kind words");
  const { user_id: id } = await bob.rest.post("More of them");
  await alice.visit(`/people/${id}`);
  await alice.page.getByRole("button", { name: "Block" }).click();
  await alice.visit(LOBBY);
  await expect(alice.message("Kind words").locator(".text")).toBeVisible();
  for (const text of ["Rude words", "More of them"]) {
    await expect(alice.message(text).locator(".text")).toBeHidden();
  }
  await alice.message("Rude words").getByLabel("Hidden message").check();
  await expect(alice.message("Rude words").locator(".text")).toBeVisible();
  await expect(alice.message("More of them").locator(".text"), "one at a time").toBeHidden();

  await bob.visit(LOBBY);
  await expect(bob.message("Rude words").locator(".text"), "nothing is told to whom it is about").toBeVisible();

  await alice.visit(`/people/${id}`);
  await alice.page.getByRole("button", { name: "Unblock" }).click();
  await alice.visit(LOBBY);
  await expect(alice.message("More of them").locator(".text")).toBeVisible();
});
