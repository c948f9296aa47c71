// What can be done with a room in which nobody has said anything.

import { expect, test } from "./support/test.js";

test("its link is copied, a word begins it, and both are seen by who comes", async ({ arrive, server, history }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}-tea`);
  const empty = alice.page.locator(".empty-room");
  await expect(empty, "she is here").toContainText(/Made on .* by Alice/);
  await alice.page.context().grantPermissions(["clipboard-read"]);
  await empty.getByRole("button", { name: "Copy link" }).click();
  await expect(alice.notice).toHaveText("Copied.");
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`${server.url}/rooms/${tea.id}-tea`);
  await empty.getByRole("link", { name: "Say hello" }).click();
  await expect(alice.composer).toBeFocused();
  await expect(alice.page).toHaveURL(copied);
  const bob = await arrive("Bob", new URL(copied).pathname);
  await expect(bob.page.locator(".empty-room")).toBeVisible();
  await alice.say("Hello");
  await expect(bob.message("Hello")).toBeVisible();
  for (const one of [alice, bob]) await expect(one.page.locator(".empty-room")).toHaveCount(0);
  await history.holds();
});

test("from one empty room to another each says its own", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea", "With milk");
  await alice.rest.makeRoom("Coffee", "Black");
  await alice.visit(`/rooms/${tea.id}-tea`);
  const empty = alice.page.locator(".empty-room");
  await expect(empty).toContainText("With milk");
  await alice.roomLink("Coffee").click();
  await expect(empty).toContainText("Black");
  await expect(empty).not.toContainText("With milk");
  // Another description while one looks.
  await alice.rest.changeRoom(tea.id + 1, { description: "With sugar" });
  await expect(empty).toContainText("With sugar");
});

test("the first steps in a new house: its link, and a room", async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  await alice.page.context().grantPermissions(["clipboard-read"]);
  const main = alice.page.getByRole("main");
  await main.getByRole("button", { name: "Copy link" }).click();
  await expect(alice.notice).toHaveText("Copied.");
  expect(await alice.page.evaluate(() => navigator.clipboard.readText())).toBe(`${server.url}/`);
  await main.getByRole("link", { name: "Make one" }).click();
  await alice.dialog.getByLabel("Name").fill("Tea");
  await alice.confirm.click();
  await expect(alice.title).toHaveText("Tea");
});
