// Coming back: a second device, a password that was forgotten, and a guest who has an account.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PASSWORD = "a kettle of green tea";
const ANOTHER = "another kettle of tea";

async function submit(page: Page, button: string, fields: Record<string, string> = {}) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  // Where somebody goes next, they go as who they are by then.
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST");
  await page.getByRole("button", { name: button, exact: true }).click();
  await answered;
}

/** The path of the link that the page gives away. */
async function given(page: Page): Promise<string> {
  return new URL(await page.getByLabel("Link", { exact: true }).inputValue()).pathname;
}

test("a second device comes in as the same person, when the first lets it", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/settings/device");
  const first = alice.page;
  await submit(first, "Make a link");
  await expect(first.getByRole("img", { name: /QR code/ })).toBeVisible();
  const link = await given(first);
  const { page: second } = await arrive(null, link);
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("Be Alice on this device?");
  await submit(second, "Go on");
  const number = await second.locator("strong").first().innerText();
  // The pages look again by themselves; nobody has to wait for that.
  await first.getByRole("link", { name: "Look again" }).click();
  await expect(first.locator("strong", { hasText: number })).toBeVisible();
  await submit(first, "Let it in");
  await second.getByRole("link", { name: "Look again" }).click();
  await submit(second, "Sign in");
  await second.goto("/me");
  await expect(second.getByLabel("Your name")).toHaveValue("Alice");
});

test("a link from who runs the house sets a new password, once", async ({ arrive, chat, page, server, tolerate }) => {
  tolerate(/status of 4\d\d/);
  await chat.visit(server.setupPath);
  await submit(page, "Make my account", { "Your name": "Olga", Password: PASSWORD });
  const { page: bob } = await arrive(null, "/join");
  await submit(bob, "Join", { "Your name": "Bob", "Password (optional)": PASSWORD });
  await bob.goto("/signout");
  await submit(bob, "Sign out");
  await bob.waitForURL(/\/rooms$/);

  await page.goto("/admin/people");
  await page.getByRole("link", { name: "Bob" }).click();
  await submit(page, "Make a link to set a new password");
  const link = await given(page);
  await bob.goto(link);
  await submit(bob, "Set the password", { "The new password": "short" });
  await expect(bob.getByLabel("The new password")).toHaveAccessibleDescription(/\S/);
  await submit(bob, "Set the password", { "The new password": ANOTHER });
  await bob.goto("/settings");
  await expect(bob.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
  const again = await arrive(null, link);
  await expect(again.page.getByRole("button", { name: "Set the password" })).toHaveCount(0);
});

test("a guest who signs in goes on as one person", { tag: "@phone" }, async ({ arrive }) => {
  const { page: elsewhere } = await arrive(null, "/join");
  await submit(elsewhere, "Join", { "Your name": "Alice", "Password (optional)": PASSWORD });
  const { page, guest } = await arrive("Visitor", "/me");
  const { number } = await guest!.post("written as a guest");
  await page.goto("/signin");
  await submit(page, "Sign in", { "Your name": "Alice", Password: PASSWORD });
  await page.goto(`${LOBBY}/m/${number}/edit`);
  await expect(page.getByText("written as a guest").first()).toBeVisible();
});
