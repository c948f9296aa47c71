// What begins with a slash.

import { AxeBuilder } from "@axe-core/playwright";
import { LOBBY } from "./support/chat.js";
import { Guest } from "./support/rest.js";
import { expect, test } from "./support/test.js";

test("what somebody does is said in italics, and a shrug is whole", async ({ arrive }) => {
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.fill("/me waves");
  await composer.press("Enter");
  await expect(messages.last().locator(".text em")).toHaveText("waves");
  await composer.fill("/shrug who knows");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(messages.last().locator(".text")).toHaveText("who knows ¯\\_(ツ)_/¯");
  await composer.fill("//me is a command");
  await composer.press("Enter");
  await expect(messages.last().locator(".text")).toHaveText("/me is a command");
  await composer.fill("/me");
  await composer.press("Enter");
  await expect(page.locator("#composer-error")).toContainText("Write what you do");
  await expect(composer).toHaveValue("/me");
  await composer.fill("/etc/hosts is a file");
  await composer.press("Enter");
  await expect(messages.last().locator(".text")).toHaveText("/etc/hosts is a file");
  await expect(messages).toHaveCount(4);
});

test("a word that is no command is sent after a question, by keyboard alone", async ({ arrive }) => {
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.fill("/dance now");
  const asked = page.getByRole("alertdialog");
  await composer.press("Enter");
  await expect(asked).toContainText("There is no command /dance.");
  await expect(asked.getByRole("button", { name: "Send as text" })).toBeFocused();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  for (const keys of [["Tab", "Enter"], ["Escape"]]) {
    for (const key of keys) await page.keyboard.press(key);
    await expect(asked).toHaveCount(0);
    await expect(composer).toBeFocused();
    await expect(composer).toHaveValue("/dance now");
    await composer.press("Enter");
    await expect(asked).toBeVisible();
  }
  await page.keyboard.press("Enter");
  await expect(messages.last().locator(".text")).toHaveText("/dance now");
  await expect(composer).toHaveValue("");
  await expect(composer).toBeFocused();
});

test("who may says what the room is about, and who may not is told so", async ({ arrive, server, tolerate }) => {
  tolerate(/status of 40\d/);
  const bob = await Guest.named(server.url, "Bob");
  const { id } = await bob.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${id}`);
  await alice.composer.focus();
  await expect(alice.composer).toHaveAttribute("aria-autocomplete", "list");
  await alice.composer.fill("/topic Coffee");
  await alice.composer.press("Enter");
  await expect(alice.page.locator("#composer-error")).not.toBeEmpty();
  await expect(alice.composer).toHaveValue("/topic Coffee");
  const own = await alice.rest.makeRoom("Garden");
  await alice.visit(`/rooms/${own.id}`);
  await alice.composer.focus();
  await expect(alice.composer).toHaveAttribute("aria-autocomplete", "list");
  await alice.composer.fill("/topic Beans and peas");
  await alice.composer.press("Enter");
  await expect(alice.composer).toHaveValue("");
  await expect(alice.page.locator("#composer-status")).toHaveText("The topic is changed.");
  await expect(alice.page.locator(".room-header")).toContainText("Beans and peas");
  await expect(alice.messages).toHaveCount(0);
});
