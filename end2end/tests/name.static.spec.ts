// The pages where a name is given and changed.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a name is given, and one comes back to where one was", { tag: "@phone" }, async ({ chat, page }) => {
  await chat.visit(`/join?next=${LOBBY}`);
  await page.getByLabel("Your name").fill("Alice");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(chat.composer).toBeVisible();
  // On a phone the room's own head is all there is.
  await expect(page.locator(".me bdi")).toHaveText("Alice");
});

test("nobody is sent away from the site", async ({ chat, page, server }) => {
  await chat.visit("/join?next=//example.org/");
  await page.getByLabel("Your name").fill("Alice");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(`${server.url}/rooms`);
});

test("the name is changed", async ({ arrive }) => {
  const { page } = await arrive("Alice", "/me");
  await expect(page.getByLabel("Your name")).toHaveValue("Alice");
  await page.getByLabel("Your name").fill("Alicia");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: "Alicia" })).toBeVisible();
});

test("a refused name stays in the field, with the reason", async ({ arrive, tolerate }) => {
  tolerate(/status of 422/);
  const { page } = await arrive("Alice", "/me");
  await page.getByLabel("Your name").fill("A\u202elice");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Your name")).toHaveAccessibleDescription(/invisible characters/);
  await expect(page.getByLabel("Your name")).toHaveValue("A\u202elice");
});
