// What a script adds to the pages of accounts: a password that is looked at, and what signing out would lose.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PASSWORD = "a kettle of green tea";

test("a password is shown on a page, and hidden again when it is sent", { tag: "@phone" }, async ({ chat, page }) => {
  await chat.visit("/join");
  const field = page.getByLabel("Password (optional)", { exact: true });
  await page.getByLabel("Your name").fill("Alice");
  await field.fill(PASSWORD);
  await expect(field).toHaveAttribute("type", "password");
  const show = page.getByRole("button", { name: "Show password" });
  await show.click();
  await expect(field).toHaveAttribute("type", "text");
  await expect(show).toHaveAttribute("aria-pressed", "true");
  await expect(field).toHaveValue(PASSWORD);
  await show.click();
  await expect(field).toHaveAttribute("type", "password");
  await show.click();
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Password" })).toBeVisible();
});

test("a name with a password over the room is an account", async ({ arrive }) => {
  const visitor = await arrive(null, LOBBY);
  await visitor.page.locator(".me").click();
  await visitor.dialog.getByLabel("Your name").fill("Alice");
  const field = visitor.dialog.getByLabel("Password (optional)", { exact: true });
  await field.fill(PASSWORD);
  await visitor.dialog.getByRole("button", { name: "Show password" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await visitor.dialog.getByRole("button", { name: "Join", exact: true }).click();
  await expect(visitor.dialog).toHaveCount(0);
  await visitor.page.goto("/settings");
  await expect(visitor.page.getByRole("heading", { name: "Password" })).toBeVisible();
});

test("signing out says how many messages wait, and forgets them", async ({ arrive }) => {
  const { page } = await arrive("Alice", "/settings");
  const waiting = JSON.stringify([1, 2].map((nth) => ({ client_id: `waits-${nth}`, room_id: 1, content: "Not yet" })));
  await page.goto("/signout");
  await expect(page.getByText("Messages that wait here")).toBeHidden();
  await page.evaluate((text) => localStorage.setItem("parlour.outbox", text), waiting);
  await page.reload();
  await expect(page.getByText("Messages that wait here to be sent, and are lost when you sign out: 2")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/rooms$/);
  expect(await page.evaluate(() => localStorage.getItem("parlour.outbox") ?? "")).not.toContain("waits-1");
});

/** Pages with the name of who was here that the browser keeps. */
const keptOf = (page: Page, name: string) =>
  page.evaluate(async (name) => {
    const caught = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).matchAll()));
    const texts = await Promise.all(caught.flat().map((answer) => answer.text()));
    return texts.filter((text) => text.includes(name)).length;
  }, name);

test("the pages behind a deleted account have their style, and nothing of it is kept", async ({ arrive, tolerate }) => {
  tolerate(/status of 401/);
  const alice = await arrive(null, "/join");
  const { page } = alice;
  await page.getByLabel("Your name").fill("Alice");
  await page.getByLabel("Password (optional)", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Password" })).toBeVisible();
  const kept = () => keptOf(page, "Alice");
  await alice.visit(LOBBY);
  await alice.say("Between us");
  await alice.visit(LOBBY);
  await expect.poll(kept).toBeGreaterThan(0);
  await page.goto("/settings/leave");
  const password = page.getByLabel("Your password", { exact: true });
  const gone = page.getByRole("button", { name: "Delete the account" });
  await password.fill("jam yesterday");
  await gone.click();
  await expect(password, "what is wrong is said at the field").toHaveAccessibleDescription(/\S/);
  await expect(password).toBeFocused();
  await password.fill(PASSWORD);
  await gone.click();
  await page.waitForURL(/\/rooms$/);
  await page.goto("/signin");
  const button = page.getByRole("button", { name: "Sign in", exact: true });
  await expect(button).not.toHaveCSS("background-color", "rgb(239, 239, 239)");
  await page.goto("/keys");
  expect(await kept()).toBe(0);
});

test("the pages behind a sign-out have their style, and nothing of a room is kept", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { page } = alice;
  await alice.say("Between us");
  const kept = () => keptOf(page, "Alice");
  await alice.visit(LOBBY);
  await expect.poll(kept).toBeGreaterThan(0);
  await page.goto("/signout");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/rooms$/);
  await page.goto("/signin");
  const button = page.getByRole("button", { name: "Sign in", exact: true });
  await expect(button).not.toHaveCSS("background-color", "rgb(239, 239, 239)");
  await expect.poll(async () => (await page.evaluate(() => caches.keys())).length).toBeLessThanOrEqual(1);
  await page.goto("/keys");
  expect(await kept()).toBe(0);
});

test("who cannot sign out keeps what waits", async ({ arrive, tolerate }) => {
  tolerate(/ERR_INTERNET_DISCONNECTED/);
  const { page } = await arrive("Alice", "/signout");
  await page.evaluate(() => localStorage.setItem("parlour.outbox", '[{"client_id":"waits"}]'));
  await page.reload();
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Sign out" }).click();
  // Whoever waits for a page to load may be told that it failed.
  await expect(page).toHaveURL(/^chrome-error:/);
  await page.context().setOffline(false);
  await page.goto("/signout");
  await expect(page.getByText("Messages that wait here to be sent, and are lost when you sign out: 1")).toBeVisible();
});
