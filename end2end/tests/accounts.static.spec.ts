// Accounts: the first owner, signing up, out and in, and a guest who keeps their name with a password.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PASSWORD = "a kettle of green tea";

async function submit(page: Page, button: string, fields: Record<string, string>) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  // Where somebody goes next, they go as who they are by then.
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST");
  await page.getByRole("button", { name: button, exact: true }).click();
  await answered;
}

test("the link in the log makes one owner, who sees how the house is run", async ({ arrive, chat, page, server, tolerate }) => {
  tolerate(/status of 404/);
  const link = server.setupPath;
  await chat.visit(link);
  await expect(chat.title).toHaveText("Make this house yours");
  await submit(page, "Make my account", { "Your name": "Olga", Password: PASSWORD });
  await page.goto("/admin");
  await expect(page.getByRole("link", { name: "People" })).toBeVisible();
  await page.goto("/admin/permissions");
  await expect(page.getByRole("table").first()).toBeVisible();
  const other = await arrive(null, link);
  await expect(other.page.getByRole("button", { name: "Make my account" })).toHaveCount(0);
  await other.page.goto("/admin");
  await expect(other.page.getByRole("link", { name: "People" })).toHaveCount(0);
});

test("an account is made, left and come back to", { tag: "@phone" }, async ({ chat, page }) => {
  await chat.visit(`/join?next=${LOBBY}`);
  await submit(page, "Join", { "Your name": "Alice", "Password (optional)": PASSWORD });
  await expect(page).toHaveURL(new RegExp(LOBBY));
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
  await page.goto("/signout");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/rooms$/);
  await page.goto("/signin");
  await submit(page, "Sign in", { "Your name": "Alice", Password: PASSWORD });
  await page.goto("/settings");
  await expect(page.getByText("Alice", { exact: true }).first()).toBeVisible();
});

test("an unknown name and a wrong password are refused with one sentence", async ({ chat, page, tolerate }) => {
  tolerate(/status of 401/);
  await chat.visit("/join");
  await submit(page, "Join", { "Your name": "Alice", "Password (optional)": PASSWORD });
  await page.goto("/signout");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/rooms$/);
  const said: string[] = [];
  for (const name of ["Alice", "Nobody"]) {
    await page.goto("/signin");
    await submit(page, "Sign in", { "Your name": name, Password: "not the right one" });
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/\S/);
    said.push(await page.locator(".field-error:not(:empty)").first().innerText());
    await expect(page.getByLabel("Your name")).toHaveValue(name);
  }
  expect(said[0]).toBe(said[1]);
});

test("a guest keeps the name with a password, and all that they wrote", async ({ arrive }) => {
  const { page, guest } = await arrive("Alice", "/me");
  const { number } = await guest!.post("written as a guest");
  await submit(page, "Save", { "Password (optional)": PASSWORD });
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Password" })).toBeVisible();
  // What one wrote is still one's own.
  await page.goto(`${LOBBY}/m/${number}/edit`);
  await expect(page.getByText("written as a guest").first()).toBeVisible();
});

test("a session is ended from elsewhere", async ({ arrive, chat, page }) => {
  await chat.visit("/join");
  await submit(page, "Join", { "Your name": "Alice", "Password (optional)": PASSWORD });
  const elsewhere = await arrive(null, "/signin");
  await submit(elsewhere.page, "Sign in", { "Your name": "Alice", Password: PASSWORD });
  await page.goto("/settings");
  await page.getByRole("button", { name: /^End / }).first().click();
  await elsewhere.page.goto("/settings");
  await expect(elsewhere.page.getByRole("heading", { name: "Where you are signed in" })).toHaveCount(0);
});
