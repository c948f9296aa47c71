// Settings of the house that an admin changes while people are there.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("what guests may do changes for everybody who is there, at once", async ({ arrive, server, chat, page }) => {
  await chat.visit(server.setupPath);
  await page.getByLabel("Your name", { exact: true }).fill("Olga");
  await page.getByLabel("Password", { exact: true }).fill("a kettle of green tea");
  await page.getByRole("button", { name: "Make my account" }).click();
  const guest = await arrive("Gus", LOBBY);
  await guest.say("As a guest");
  await page.goto("/admin/settings");
  await page.getByLabel("What people without an account may do in open rooms").selectOption("read");
  await page.getByLabel("What this house is called").fill("The Tea House");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(guest.composer).toHaveCount(0);
  const refused = await guest.rest.post("Once more").catch((error: unknown) => String(error));
  expect(refused).toContain("403");
  await page.goto("/admin/settings");
  await page.getByLabel("What people without an account may do in open rooms").selectOption("write");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(guest.composer).toBeVisible();
  await guest.say("Again");
  await guest.visit(LOBBY);
  await expect(guest.page).toHaveTitle(/The Tea House/);
});
