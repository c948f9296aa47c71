// The name can be changed later.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a new name is shown to everybody, and history keeps the old one", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Before");
  await alice.page.getByRole("link", { name: "Alice" }).click();
  await expect(alice.dialog.getByLabel("Your name")).toHaveValue("Alice");
  await alice.dialog.getByLabel("Your name").fill("Alicia");
  await alice.confirm.click();
  await expect(alice.page.getByRole("link", { name: "Alicia" })).toBeVisible();
  await alice.say("After");
  await expect(bob.message("Before").locator(".author")).toHaveText("Alice");
  await expect(bob.message("After").locator(".author")).toHaveText("Alicia");
  await expect(bob.people.getByText("Alicia", { exact: true })).toBeVisible();
  await expect(bob.people.getByText("Alice", { exact: true })).toBeHidden();
});

test("the name of somebody who is here is refused at the field", async ({ arrive, tolerate }) => {
  tolerate(/status of 409/);
  await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.page.getByRole("link", { name: "Alice" }).click();
  await alice.dialog.getByLabel("Your name").fill("bob");
  await alice.confirm.click();
  await expect(alice.dialog.getByLabel("Your name")).toHaveAccessibleDescription(/\S/);
});
