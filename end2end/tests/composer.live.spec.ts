// Where one writes.

import type { Locator } from "@playwright/test";
import { Chat, LOBBY } from "./support/chat.js";
import { Guest } from "./support/rest.js";
import { expect, test } from "./support/test.js";

/** What is selected in a field. */
const marked = (field: Locator) =>
  field.evaluate((el: HTMLTextAreaElement | HTMLInputElement) => [el.selectionStart, el.selectionEnd]);

test("Enter sends and Shift+Enter breaks the line", async ({ arrive }) => {
  const { composer, messages } = await arrive("Alice", LOBBY);
  await expect(composer).toHaveAttribute("enterkeyhint", "send");
  await composer.pressSequentially("One");
  await composer.press("Shift+Enter");
  await composer.pressSequentially("Two");
  await expect(composer).toHaveValue("One\nTwo");
  await composer.press("Enter");
  await expect(composer).toHaveValue("");
  await expect(composer).toBeFocused();
  await expect(messages).toHaveCount(1);
  expect(await messages.locator(".text").innerText()).toBe("One\nTwo");
});

test("with a finger Enter breaks the line, and a keyboard sends with Ctrl or ⌘", async ({ browser, server }) => {
  const rest = await Guest.named(server.url, "Alice");
  const context = await browser.newContext({ baseURL: server.url, hasTouch: true, isMobile: true });
  await context.addCookies([{ name: "parlour_session", value: rest.token, url: server.url }]);
  const alice = new Chat(await context.newPage(), rest, true);
  await alice.visit(LOBBY);
  const { composer, messages, page } = alice;
  await expect(composer).toHaveAttribute("enterkeyhint", "enter");
  await composer.pressSequentially("One");
  await composer.press("Enter");
  await composer.pressSequentially("Two");
  await composer.press("Shift+Enter");
  await composer.pressSequentially("Three");
  await expect(composer).toHaveValue("One\nTwo\nThree");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(composer).toBeFocused();
  expect(await messages.locator(".text").innerText()).toBe("One\nTwo\nThree");
  for (const keys of ["Control+Enter", "Meta+Enter"]) {
    await composer.fill(keys);
    await composer.press(keys);
    await alice.isSent(keys);
  }
  // The form that changes a message does the same.
  await composer.press("ArrowUp");
  const field = page.getByRole("textbox", { name: "Edit your message" });
  await expect(field).toHaveAttribute("enterkeyhint", "enter");
  await field.fill("Changed");
  await field.press("Enter");
  await field.pressSequentially("twice");
  await field.press("Control+Enter");
  await expect(messages.last().locator(".message-head .edited")).toBeVisible();
  expect(await messages.last().locator(".text").innerText()).toBe("Changed\ntwice");
  await context.close();
});

test("nothing visible is nothing to send", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.send("  \n ");
  await alice.composer.fill("");
  await alice.say("Something");
  await expect(alice.messages).toHaveCount(1);
});

test("grows with the text and shrinks again", async ({ arrive }) => {
  const { composer } = await arrive("Alice", LOBBY);
  const height = () => composer.evaluate((el) => el.getBoundingClientRect().height);
  const one = await height();
  await composer.fill("1\n2\n3\n4\n5");
  await expect.poll(height).toBeGreaterThan(one * 2);
  await composer.fill("");
  await expect.poll(height).toBe(one);
});

test("the counter shows near the limit, and more than it is not sent", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const counter = alice.page.locator(".counter");
  await alice.composer.fill("x".repeat(5_000));
  await expect(counter).toBeEmpty();
  await alice.composer.fill("x".repeat(9_950));
  await expect(counter).toHaveText(/9.?950 \/ 10.?000/);
  await alice.send("x".repeat(10_001));
  await expect(alice.composer).toHaveAccessibleDescription(/at most 10000 characters/);
  await expect(alice.composer).toHaveValue("x".repeat(10_001));
  expect(await marked(alice.composer), "what is too much is marked").toEqual([10_000, 10_001]);
  await expect(alice.messages).toHaveCount(0);
});

test("each room keeps its own draft, over a reload as well", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.rest.makeRoom("Tea");
  await alice.roomLink("Lobby").click();
  await alice.composer.fill("For the lobby");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await expect(alice.composer).toHaveValue("");
  await alice.composer.fill("For tea");
  await alice.roomLink("Lobby").click();
  await expect(alice.composer).toHaveValue("For the lobby");
  await alice.page.reload();
  await alice.settled();
  await expect(alice.composer).toHaveValue("For the lobby");
});

test("pasted control characters are sent without them, and what is refused is marked at its character", async ({
  arrive,
}) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("\u001b[31mred\u001b[0m\u000bnext\u0000");
  await alice.composer.press("Enter");
  await expect(alice.messages).toHaveCount(1);
  await expect(alice.messages).not.toHaveAttribute("data-state");
  expect(await alice.messages.locator(".text").innerText()).toBe("red\nnext");
  await alice.composer.press("ArrowUp");
  const editor = alice.page.getByRole("textbox", { name: "Edit your message" });
  await editor.fill(`${"🚀".repeat(10_000)}too much`);
  await editor.press("Enter");
  await expect(alice.page.locator("#edit-text-error")).toContainText("at most 10000 characters");
  expect(await marked(editor)).toEqual([20_000, 20_008]);
  await editor.press("Escape");
  await alice.page.getByRole("link", { name: "New room" }).click();
  const name = alice.dialog.getByRole("textbox", { name: "Name", exact: true });
  await name.fill("🚀 Te\u202ea");
  await alice.confirm.click();
  await expect(alice.dialog).toContainText("character 5");
  expect(await marked(name), "an emoji is two to a browser").toEqual([5, 6]);
});
