// Settings of the house that an admin changes with a form, and that the next page of everybody has.

import { LOBBY } from "./support/chat.js";
import { becomeOwner } from "./support/places.js";
import { expect, test } from "./support/test.js";

test("everybody's next page has what an admin has set", async ({ arrive, server, chat, page }) => {
  await becomeOwner(chat, server.setupPath);
  const guest = await arrive("Gus", LOBBY);
  await guest.say("As a guest");
  const visitor = await arrive(null, LOBBY);
  await page.goto("/admin/settings");
  await page.getByLabel("What people without an account may do in open rooms").selectOption("read");
  await page.getByLabel("What this house is called").fill("The Tea House");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveTitle(/The Tea House/);
  for (const chat of [guest, visitor]) {
    await chat.visit(LOBBY);
    await expect(chat.page).toHaveTitle(/The Tea House/);
    await expect(chat.message("As a guest")).toBeVisible();
  }
  await expect(guest.composer).toHaveCount(0);
});
