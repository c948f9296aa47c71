// A room is found by a part of its name, on a page of its own.

import { expect, test } from "./support/test.js";

test("a part of the name lists the rooms, and the whole name leads there", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  for (const name of ["Kitchen garden", "Garden", "Attic"]) await alice.rest.makeRoom(name);
  const { page } = alice;
  await alice.visit("/go");
  const field = page.getByLabel("Any part of its name");
  await field.fill("GARD");
  await field.press("Enter");
  await expect(page).toHaveURL(/\/go\?q=GARD$/);
  await expect(page.locator(".found a")).toHaveText(["Garden", "Kitchen garden"]);
  await expect(field).toHaveValue("GARD");
  await page.getByRole("link", { name: "Kitchen garden" }).click();
  await alice.settled();
  await expect(alice.title).toHaveText("Kitchen garden");
  await page.goBack();
  await field.fill("garden");
  await page.getByRole("button", { name: "Find" }).click();
  await alice.settled();
  await expect(alice.title).toHaveText("Garden");
});

test("nothing is found, and that is said", async ({ arrive }) => {
  const alice = await arrive("Alice", "/go?q=cellar");
  await expect(alice.page.getByText("Nothing here is called that.")).toBeVisible();
});

test("the keys are listed on a page", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/keys");
  await expect(alice.title).toHaveText("Keyboard shortcuts");
  await expect(alice.page.getByRole("row", { name: /Ctrl K/ })).toContainText("Go to a room");
});
