// Names, as somebody begins them in the composer.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { Guest } from "./support/rest.js";
import { expect, test } from "./support/test.js";

const list = (page: Page) => page.getByRole("listbox");
const options = (page: Page) => list(page).getByRole("option");

async function bobIsThere(url: string) {
  const bob = await Guest.named(url, "Bob Roe");
  await bob.joinRoom(1);
  return bob;
}

test("a person is named by the first letters, with the keyboard alone", async ({ arrive, server }) => {
  await bobIsThere(server.url);
  const barbara = await Guest.named(server.url, "Barbara");
  await barbara.joinRoom(1);
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.pressSequentially("So, @b");
  await expect(options(page)).toHaveText(["@Barbara", "@Bob Roe"]);
  await expect(list(page)).toHaveAccessibleName("People");
  await expect(page.locator("#composer-status")).toHaveText("People: 2");
  // The field has the focus, and says which one is chosen.
  await expect(composer).toBeFocused();
  await expect(composer).toHaveAttribute("aria-controls", "completions");
  await expect(composer).toHaveAttribute("aria-activedescendant", "completions-0");
  await expect(options(page).first()).toHaveAttribute("aria-selected", "true");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press("ArrowDown");
  await expect(composer).toHaveAttribute("aria-activedescendant", "completions-1");
  await page.keyboard.press("ArrowDown");
  await expect(composer).toHaveAttribute("aria-activedescendant", "completions-0");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(composer).toHaveValue("So, @Bob Roe ");
  await expect(list(page)).toHaveCount(0);
  await expect(composer).not.toHaveAttribute("aria-activedescendant");
  await composer.pressSequentially("look");
  await page.keyboard.press("Enter");
  await expect(messages.last().locator("[data-mention]")).toHaveText("@Bob Roe");
});

test("Tab takes, Escape closes, and what is written whole is sent by Enter", async ({ arrive, server }) => {
  await bobIsThere(server.url);
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.pressSequentially("@bo");
  await expect(options(page)).toHaveCount(1);
  await page.keyboard.press("Tab");
  await expect(composer).toHaveValue("@Bob Roe ");
  await expect(composer).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(composer).toHaveValue("@bo");
  await composer.fill("");
  await composer.pressSequentially("@bo");
  await expect(options(page)).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(list(page)).toHaveCount(0);
  await expect(composer).toHaveValue("@bo");
  await composer.pressSequentially("b roe");
  await expect(options(page)).toHaveCount(1);
  await expect(composer).not.toHaveAttribute("aria-activedescendant");
  await page.keyboard.press("Enter");
  await expect(messages.last().locator("[data-mention]")).toHaveText("@Bob Roe");
  // Without anything to take, Tab leaves the field.
  await page.keyboard.press("Tab");
  await expect(composer).not.toBeFocused();
});

test("rooms, emoji and commands are completed in the same way", async ({ arrive }) => {
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.pressSequentially("#lo");
  await expect(options(page)).toHaveText(["#Lobby"]);
  await page.keyboard.press("Enter");
  await composer.pressSequentially(":tad");
  await expect(options(page).first()).toContainText("tada");
  await page.keyboard.press("Enter");
  await expect(composer).toHaveValue("#Lobby :tada: ");
  await page.keyboard.press("Enter");
  await expect(messages.last().locator("[data-room]")).toBeVisible();
  await expect(messages.last().locator(".text")).toContainText("🎉");
  await composer.pressSequentially("/");
  await expect(list(page)).toHaveAccessibleName("Commands");
  await expect(options(page)).toHaveCount(3);
  await composer.pressSequentially("sh");
  await expect(options(page)).toHaveCount(1);
  await page.keyboard.press("Tab");
  await expect(composer).toHaveValue("/shrug ");
});

test("in code, in a word and in an address nothing is completed", async ({ arrive, server }) => {
  await bobIsThere(server.url);
  const { composer, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().includes("/completions")) asked += 1;
  });
  for (const text of ["`@bo", "a@bo", "10:30", "@nobody"]) {
    await composer.fill("");
    await composer.pressSequentially(text);
  }
  await composer.fill("");
  // What is known to lead nowhere is not asked again with one more letter.
  const answer = page.waitForResponse((response) => response.url().includes("/completions"));
  await composer.pressSequentially("@qx");
  await answer;
  const before = asked;
  await composer.pressSequentially("yz");
  await composer.fill("");
  await composer.pressSequentially("@bo");
  await expect(options(page)).toHaveText(["@Bob Roe"]);
  expect(asked).toBeLessThanOrEqual(before + 1);
});

test("two of one name are told apart", async ({ arrive, server }) => {
  for (let twin = 0; twin < 2; twin += 1) await bobIsThere(server.url);
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.pressSequentially("@bo");
  await expect(options(page)).toHaveText([/^@Bob Roe#\d+$/, /^@Bob Roe#\d+$/]);
  const number = await options(page).last().locator("small").innerText();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(composer).toHaveValue(`@Bob Roe ${number} `);
  await page.keyboard.press("Enter");
  await expect(messages.last().locator("[data-mention]")).toHaveCount(1);
});

test("a finger takes a name, and the keyboard stays @phone", async ({ arrive, server, isMobile }) => {
  await bobIsThere(server.url);
  const { composer, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(composer).toHaveAttribute("aria-autocomplete", "list");
  await composer.pressSequentially("@bo");
  const one = options(page).first();
  const box = await one.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(isMobile ? 44 : 36);
  if (isMobile) await one.tap();
  else await one.click();
  await expect(composer).toHaveValue("@Bob Roe ");
  await expect(composer).toBeFocused();
  await composer.pressSequentially("@");
  await expect(list(page)).toBeVisible();
  await page.locator(".log").click({ position: { x: 5, y: 5 } });
  await expect(list(page)).toHaveCount(0);
});

test("in the form that changes a message names are completed, too", async ({ arrive, server }) => {
  await bobIsThere(server.url);
  const alice = await arrive("Alice", LOBBY);
  await alice.say("hello");
  await alice.composer.press("ArrowUp");
  const editor = alice.page.getByRole("textbox", { name: "Edit your message" });
  await expect(editor).toHaveAttribute("aria-autocomplete", "list");
  await editor.pressSequentially(" @bo");
  await expect(options(alice.page)).toHaveText(["@Bob Roe"]);
  await editor.press("Enter");
  await expect(editor).toHaveValue("hello @Bob Roe ");
  await editor.press("Escape");
  await expect(editor).toHaveCount(0);
});
