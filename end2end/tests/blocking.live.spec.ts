// Blocking, while people talk: what comes is folded away like what was there.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("what a blocked person says while one looks is folded away, and not read out", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { user_id: id } = await bob.rest.post("Before");
  await alice.visit(`/people/${id}`);
  await alice.page.getByRole("button", { name: "Block" }).click();
  await alice.visit(LOBBY);
  await expect(alice.message("Before").locator(".text")).toBeHidden();
  await bob.say("Rude words");
  const rude = alice.message("Rude words");
  await expect(rude.getByLabel("Hidden message")).toBeVisible();
  await expect(rude.locator(".text")).toBeHidden();
  await expect(alice.page.locator(".announcer")).not.toContainText("Rude words");
  await rude.getByLabel("Hidden message").check();
  await expect(rude.locator(".text")).toBeVisible();
  await alice.say("Mine is not");
  await expect(alice.message("Mine is not").locator(".text")).toBeVisible();
});

test("blocked on one page, what somebody wrote folds on another that is open, and unfolds", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { user_id: id } = await bob.rest.post("Before");
  const said = alice.message("Before").locator(".text");
  await expect(said).toBeVisible();
  const other = await alice.anotherTab(`/people/${id}`);
  await other.page.getByRole("button", { name: "Block" }).click();
  await expect(said).toBeHidden();
  await other.page.getByRole("button", { name: "Unblock" }).click();
  await expect(said).toBeVisible();
  await expect(bob.message("Before").locator(".text")).toBeVisible();
});
