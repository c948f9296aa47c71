// Bold, italic, code, links, lists and quotes in the composer: by keys, and by buttons.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const bar = (page: Page) => page.getByRole("toolbar", { name: "Formats" });
const toggle = (page: Page) => page.getByRole("button", { name: "Formats", exact: true });

test("what helps with writing is fetched when somebody writes, and not before", async ({ arrive }) => {
  const alice = await arrive("Alice", "/");
  const isFetched = () =>
    alice.page.evaluate(() =>
      performance.getEntriesByType("resource").some(({ name }) => /\/pkg\/composer\./.test(name)),
    );
  await alice.visit(LOBBY);
  expect(await isFetched()).toBe(false);
  await alice.composer.focus();
  await expect(toggle(alice.page)).toBeVisible();
  expect(await isFetched()).toBe(true);
});

test("formats have keys, which take off what is there, and can be taken back", async ({ arrive }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(toggle(page)).toBeVisible();
  await composer.pressSequentially("very good");
  for (const [keys, text] of [
    ["Control+b", "very **good**"],
    ["Control+b", "very good"],
    ["Control+i", "very *good*"],
    ["Control+i", "very good"],
    ["Control+e", "very `good`"],
    ["Control+e", "very good"],
    ["Control+Shift+8", "- very good"],
    ["Control+Shift+8", "very good"],
    ["Control+Shift+9", "> very good"],
    ["Control+z", "very good"],
    ["End", "very good"],
    ["Shift+Enter", "very good\n"],
    ["Control+Shift+k", "very good\n[]()"],
  ] as const) {
    await composer.press(keys);
    await expect(composer).toHaveValue(text);
  }
  await expect(page.getByRole("dialog")).toHaveCount(0);
  // What the program keeps is what is in the field.
  await page.reload();
  await expect(composer).toHaveValue("very good\n[]()");
});

test("a message is edited with the same keys", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("good");
  await alice.composer.press("ArrowUp");
  const editor = alice.page.getByRole("textbox", { name: "Edit your message" });
  await expect(editor).toHaveAttribute("aria-autocomplete", "list");
  await editor.press("Control+b");
  await expect(editor).toHaveValue("**good**");
  await editor.press("Enter");
  await expect(alice.log.locator(".text strong")).toHaveText("good");
});

test("a list goes on with the next line, and ends after an empty one", async ({ arrive }) => {
  const { composer, messages, page } = await arrive("Alice", LOBBY);
  await composer.focus();
  await expect(toggle(page)).toBeVisible();
  await composer.pressSequentially("1. Tea");
  await composer.press("Shift+Enter");
  await composer.pressSequentially("Milk");
  await expect(composer).toHaveValue("1. Tea\n2. Milk");
  await composer.press("Shift+Enter");
  await composer.press("Shift+Enter");
  await expect(composer).toHaveValue("1. Tea\n2. Milk\n");
  await composer.press("Enter");
  await expect(messages.locator("ol li")).toHaveText(["Tea", "Milk"]);
});

test("buttons are there for who wants them, and stay so in this browser", async ({ arrive }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  await composer.fill("good");
  await expect(toggle(page)).toHaveAttribute("aria-expanded", "false");
  await expect(bar(page)).toBeHidden();
  await toggle(page).click();
  await expect(toggle(page)).toHaveAttribute("aria-expanded", "true");
  await expect(bar(page).getByRole("button")).toHaveCount(6);
  // The pointer leaves the focus where it is.
  await expect(composer).toBeFocused();
  await bar(page).getByRole("button", { name: "Bold" }).click();
  await expect(composer).toHaveValue("**good**");
  await expect(composer).toBeFocused();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await page.reload();
  await composer.focus();
  await expect(bar(page)).toBeVisible();
  await toggle(page).click();
  await page.reload();
  await composer.focus();
  await expect(toggle(page)).toBeVisible();
  await expect(bar(page)).toBeHidden();
});

test("with the keyboard alone the buttons are one stop, and arrows go from one to the next", async ({ arrive }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  await composer.fill("good");
  await expect(toggle(page)).toBeVisible();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  const { keyboard } = page;
  // Past what else is beside the field.
  const goTo = async (name: string) => {
    for (let stop = 0; stop < 5 && (await focused()) !== name; stop += 1) await keyboard.press("Tab");
    expect(await focused()).toBe(name);
  };
  await goTo("Formats");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  expect(await focused()).toBe("Send");
  await keyboard.press("Tab");
  expect(await focused()).toBe("Bold");
  await keyboard.press("ArrowRight");
  expect(await focused()).toBe("Italic");
  await keyboard.press("End");
  expect(await focused()).toBe("Quote");
  await keyboard.press("ArrowRight");
  expect(await focused()).toBe("Bold");
  await keyboard.press("Enter");
  await expect(composer).toHaveValue("**good**");
  await expect(composer).toBeFocused();
  // And out of it again, either way.
  await goTo("Bold");
  await keyboard.press("Tab");
  expect(await focused()).not.toBe("Italic");
  await keyboard.press("Shift+Tab");
  expect(await focused()).toBe("Bold");
  await keyboard.press("Escape");
  await expect(composer).toBeFocused();
});

test("on a phone the buttons are as large as a finger, and leave the keyboard open @phone", async ({ arrive, isMobile }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  await composer.fill("good");
  if (isMobile) await toggle(page).tap();
  else await toggle(page).click();
  const buttons = bar(page).getByRole("button");
  const least = isMobile ? 44 : 36;
  for (const button of await buttons.all()) {
    const box = await button.boundingBox();
    expect(box && Math.min(box.width, box.height)).toBeGreaterThanOrEqual(least);
  }
  if (isMobile) await buttons.first().tap();
  else await buttons.first().click();
  await expect(composer).toHaveValue("**good**");
  await expect(composer).toBeFocused();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test("what somebody wants put in goes to the cursor, and can be taken back", async ({ arrive }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  const put = (text: string) =>
    composer.evaluate((field, detail) => {
      return field.dispatchEvent(new CustomEvent("insert", { detail, cancelable: true }));
    }, text);
  await composer.fill("ab");
  await expect(toggle(page)).toBeVisible();
  await composer.press("ArrowLeft");
  expect(await put("🎉"), "nobody else has to").toBe(false);
  await expect(composer).toHaveValue("a🎉b");
  await expect(composer).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(composer).toHaveValue("ab");
});
