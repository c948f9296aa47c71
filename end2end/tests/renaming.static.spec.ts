// The page that changes a room: no script needed, and none sent.

import { expect, test } from "./support/test.js";

test("changes a room and opens it under its new address", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea", "With milk.\nOr without.");
  const { page } = alice;
  await alice.visit(`/rooms/${tea.id}-tea/edit`);
  await expect(alice.title).toHaveText("Change Tea");
  await expect(page.getByLabel("Name")).toHaveValue("Tea");
  await expect(page.getByLabel("Description")).toHaveValue("With milk.\nOr without.");
  await page.getByLabel("Name").fill("Coffee");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(new RegExp(`/rooms/${tea.id}-coffee$`));
  await alice.settled();
  await expect(alice.title).toHaveText("Coffee");
  // Links to what it was called lead there.
  await alice.visit(`/rooms/${tea.id}-tea`);
  await expect(alice.title).toHaveText("Coffee");
});

test("a name that is taken is refused at the field, with everything kept", async ({ arrive, tolerate }) => {
  tolerate(/status of 400/);
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  const { page } = alice;
  await alice.visit(`/rooms/${tea.id}/edit`);
  await page.getByLabel("Name").fill("lobby");
  await page.getByLabel("Description").fill("Another one");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/Lobby/);
  await expect(page.getByLabel("Name")).toHaveValue("lobby");
  await expect(page.getByLabel("Description")).toHaveValue("Another one");
});

test("who did not make it is told so", async ({ arrive, tolerate }) => {
  tolerate(/status of 403/);
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", "/me");
  const answer = await bob.page.goto(`/rooms/${tea.id}/edit`);
  expect(answer?.status()).toBe(403);
  await expect(bob.title).toHaveText("Not for you");
});
