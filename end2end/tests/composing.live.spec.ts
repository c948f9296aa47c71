// With an input method a word is several presses of keys, which are its own until the word is there.

import type { Locator, Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** The input method has this much of a word, and may change its mind. */
async function compose(page: Page, text: string) {
  const session = await page.context().newCDPSession(page);
  await session.send("Input.imeSetComposition", {
    text,
    selectionStart: text.length,
    selectionEnd: text.length,
  });
}

/** As browsers tell of a key that the input method takes: while it composes, and, in Safari, after. */
const TAKEN = [
  { isComposing: true, keyCode: 229 },
  { isComposing: true, keyCode: 13 },
  { isComposing: false, keyCode: 229 },
];

async function pressTaken(field: Locator, key: string) {
  for (const how of TAKEN) {
    const wasKept = await field.evaluate(
      (el, init) => el.dispatchEvent(new KeyboardEvent("keydown", init)),
      { key, bubbles: true, cancelable: true, ...how },
    );
    if (key === "ArrowUp") expect(wasKept, "the input method gets it").toBe(true);
  }
}

test("Escape in a composition leaves the edit form open, with what was typed", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const editor = alice.page.getByRole("textbox", { name: "Edit your message" });
  await alice.say("Tokyo");
  await alice.composer.press("ArrowUp");
  await editor.fill("Welcome to ");
  await compose(alice.page, "とうき");
  await editor.press("Escape");
  await expect(editor).toHaveValue(/^Welcome to /);
  await pressTaken(editor, "Escape");
  await pressTaken(editor, "Enter");
  await expect(editor).toHaveValue(/^Welcome to /);
  await expect(alice.log.locator(".message-head .edited")).toHaveCount(0);
  // And one that is nobody else's is ours.
  await editor.fill("Welcome to Tokyo");
  await editor.press("Escape");
  await expect(editor).toHaveCount(0);
  await expect(alice.message("Tokyo")).toBeVisible();
});

test("Enter and ↑ in a composition neither send nor edit", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("First");
  await alice.composer.focus();
  await pressTaken(alice.composer, "ArrowUp");
  await expect(alice.page.locator(".edit-form")).toHaveCount(0);
  await alice.composer.fill("東");
  await pressTaken(alice.composer, "Enter");
  await expect(alice.composer).toHaveValue("東");
  await compose(alice.page, "きょう");
  await alice.composer.press("Enter");
  await alice.composer.fill("東京");
  await alice.say("東京へ");
  await expect(alice.messages).toHaveCount(2);
});

test("Escape in a composition closes no modal", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.getByRole("link", { name: "New room" }).click();
  const name = alice.dialog.getByRole("textbox", { name: "Name", exact: true });
  const description = alice.dialog.getByRole("textbox", { name: /Description/ });
  for (const field of [name, description]) {
    await field.focus();
    await compose(alice.page, "とう");
    await field.press("Escape");
    await expect(alice.dialog).toBeVisible();
    await pressTaken(field, "Escape");
    await expect(alice.dialog).toBeVisible();
    await field.fill("Done");
  }
  await name.press("Escape");
  await expect(alice.dialog).toBeHidden();
});

test("Enter that ends a word does not give a name, nor make a room", async ({ arrive }) => {
  const visitor = await arrive(null, LOBBY);
  const bar = visitor.page.locator(".join-bar").getByRole("textbox", { name: "Your name" });
  await bar.focus();
  await compose(visitor.page, "すず");
  await bar.press("Enter");
  await pressTaken(bar, "Enter");
  await expect(bar).toHaveValue(/すず/);
  await expect(visitor.composer).toHaveCount(0);
  await bar.fill("すずき");
  await bar.press("Enter");
  await expect(visitor.composer).toBeVisible();
  await visitor.page.getByRole("link", { name: "New room" }).click();
  const name = visitor.dialog.getByRole("textbox", { name: "Name", exact: true });
  await name.focus();
  await compose(visitor.page, "おち");
  await name.press("Enter");
  await expect(visitor.dialog).toBeVisible();
  await name.fill("おちゃ");
  await name.press("Enter");
  await expect(visitor.title).toHaveText("おちゃ");
});
