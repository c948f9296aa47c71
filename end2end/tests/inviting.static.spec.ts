// Invitations: a link that is given away, and the page behind it with one field and one button.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PASSWORD = "a kettle of green tea";
const IN_LOBBY = new RegExp(`${LOBBY}(#latest)?$`);

/** Makes an invitation to the lobby, and answers its path. */
async function invite(page: Page, uses = "Any number"): Promise<string> {
  await page.goto(`${LOBBY}/invites`);
  await page.getByLabel("Who may come").selectOption(uses);
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByLabel("Link", { exact: true }).inputValue();
  return new URL(link).pathname;
}

test("who is invited by a link comes in with a name", { tag: "@phone" }, async ({ arrive, chat, page }) => {
  const alice = await arrive("Alice", LOBBY);
  const link = await invite(alice.page);
  await expect(alice.page.getByRole("img", { name: "The link as a QR code" })).toBeVisible();
  await chat.visit(link);
  await expect(chat.title).toHaveText("Come to Lobby");
  await expect(page.getByText("Alice invites you.")).toBeVisible();
  await page.getByLabel("Your name").fill("Bob");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(IN_LOBBY);
  await expect(chat.composer).toBeVisible();
});

test("a name that is taken is refused at the field, and the link goes on", async ({ arrive, chat, page, tolerate }) => {
  tolerate(/status of 4\d\d/);
  const alice = await arrive("Alice", LOBBY);
  const link = await invite(alice.page, "One person");
  await chat.visit(link);
  await page.getByLabel("Your name").fill("x".repeat(60));
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.getByLabel("Your name")).toHaveAccessibleDescription(/\S/);
  await page.getByLabel("Your name").fill("Bob");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(IN_LOBBY);
});

test("where accounts are by invitation, its page makes one", async ({ arrive, chat, page, server }) => {
  const olga = await arrive(null, server.setupPath);
  await olga.page.getByLabel("Your name").fill("Olga");
  await olga.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await olga.page.getByRole("button", { name: "Make my account" }).click();
  await olga.page.goto("/admin/settings");
  await olga.page.locator("[name='house.sign-up']").selectOption("invited");
  await olga.page.getByRole("button", { name: "Save" }).click();
  await olga.page.goto("/invites");
  await olga.page.getByRole("button", { name: "Make a link" }).click();
  const link = await olga.page.getByLabel("Link", { exact: true }).inputValue();

  await chat.visit("/join");
  await expect(page.getByLabel(/^Password/)).toHaveCount(0);
  await chat.visit(new URL(link).pathname);
  await page.getByLabel("Your name").fill("Bob");
  await page.getByLabel("Password (optional)").fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
});

test("a link that was taken back, or used up, leads nowhere", async ({ arrive, chat, page, tolerate }) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice", LOBBY);
  const once = await invite(alice.page, "One person");
  await chat.visit(once);
  await page.getByLabel("Your name").fill("Bob");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(IN_LOBBY);
  const carol = await arrive(null, once);
  await expect(carol.page.getByRole("button", { name: "Join" })).toHaveCount(0);

  const link = await invite(alice.page);
  await alice.page.goto(`${LOBBY}/invites`);
  // The one that was used up is there no more.
  await alice.page.getByRole("button", { name: "Take back" }).click();
  await expect(alice.page.getByRole("button", { name: "Take back" })).toHaveCount(0);
  await carol.visit(link);
  await expect(carol.page.getByRole("button", { name: "Join" })).toHaveCount(0);
});
