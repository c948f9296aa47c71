// The keyboard alone: from the page to a sent message, along the log and back, and a focus that is never lost.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const editor = ({ page }: Chat) => page.getByRole("textbox", { name: "Edit your message" });

/** What has the focus. */
const focused = ({ page }: Chat) => page.locator(":focus");

test("from the page to a sent message by Tab and Enter", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { keyboard } = alice.page;
  await keyboard.press("Tab");
  await expect(focused(alice)).toHaveText("Skip to the conversation");
  await keyboard.press("Tab");
  await expect(focused(alice)).toHaveText("Skip to the composer");
  await keyboard.press("Enter");
  await expect(alice.composer).toBeFocused();
  await keyboard.type("Hello");
  await keyboard.press("Enter");
  await expect(alice.message("Hello")).toBeVisible();
  await expect(alice.message("Hello")).not.toHaveAttribute("data-state");
});

test("a visitor's way to where one writes is to say who one is", async ({ arrive }) => {
  const visitor = await arrive(null, LOBBY);
  const { keyboard } = visitor.page;
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await expect(focused(visitor)).toHaveAccessibleName("Your name");
});

test("what is typed on the page is written, whatever was clicked before", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { keyboard } = alice.page;
  await alice.title.click();
  await keyboard.type("Hello, 7 of ");
  await expect(alice.composer).toHaveValue("Hello, 7 of ");
  await alice.rest.post("A line");
  await alice.message("A line").click();
  await keyboard.type("them");
  await expect(alice.composer).toHaveValue("Hello, 7 of them");
  // A space presses and scrolls, keys with Ctrl are the browser's, and in a modal one writes into that.
  await alice.title.click();
  await keyboard.press("Space");
  await keyboard.press("Control+b");
  await alice.page.getByRole("link", { name: "New room" }).click();
  await expect(alice.dialog.getByLabel("Name")).toBeFocused();
  await alice.dialog.getByRole("button", { name: "Cancel" }).focus();
  await keyboard.press("x");
  await expect(alice.composer).toHaveValue("Hello, 7 of them");
});

test("a word that an input method begins is begun where one writes", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const isKept = await alice.page.evaluate(() => {
    const options = { key: "Process", keyCode: 229, bubbles: true, cancelable: true };
    return !document.body.dispatchEvent(new KeyboardEvent("keydown", options));
  });
  expect(isKept, "from the field").toBe(false);
  await expect(alice.composer).toBeFocused();
});

test("the log is one stop, and its messages are reached by arrows and letters", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  await bob.rest.post("See https://example.org/a");
  const alice = await arrive("Alice", "/me");
  await alice.rest.post("Mine");
  await bob.rest.post("The last");
  await alice.visit(LOBBY);
  const { keyboard } = alice.page;
  await alice.composer.focus();
  await keyboard.press("Shift+Tab");
  await expect(alice.scroller).toBeFocused();
  await keyboard.press("ArrowUp");
  await expect(alice.message("The last")).toBeFocused();
  await expect(focused(alice)).toHaveAccessibleName(/^Bob, \d\d:\d\d, The last$/);
  await keyboard.press("ArrowUp");
  await expect(alice.message("Mine")).toBeFocused();
  await keyboard.press("k");
  const first = alice.messages.first();
  await expect(first).toBeFocused();
  await keyboard.press("k");
  await expect(first, "there is none above").toBeFocused();
  await keyboard.press("j");
  await expect(alice.message("Mine")).toBeFocused();
  await keyboard.press("End");
  await expect(alice.message("The last")).toBeFocused();
  await keyboard.press("Home");
  await expect(first).toBeFocused();
  // By Tab one gets at what is in it, and in no other one, and out of the log.
  await keyboard.press("Tab");
  await expect(first.locator(".author")).toBeFocused();
  await keyboard.press("Tab");
  await expect(first.locator(".when")).toBeFocused();
  await keyboard.press("Tab");
  await expect(first.getByRole("link", { name: "https://example.org/a" })).toBeFocused();
  await keyboard.press("Tab");
  await expect(first.getByRole("button", { name: "React with 👍" })).toBeFocused();
  for (const name of ["React", "Reply", "More"]) {
    await keyboard.press("Tab");
    await expect(first.getByRole("link", { name, exact: true })).toBeFocused();
  }
  await keyboard.press("Tab");
  await expect(alice.composer).toBeFocused();
  await keyboard.press("Shift+Tab");
  await expect(alice.scroller).toBeFocused();
  await keyboard.press("ArrowDown");
  await expect(first, "the first that is in view").toBeFocused();
  await keyboard.press("Escape");
  await expect(alice.composer).toBeFocused();
});

test("from what is out of view one steps to what is in view", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.fill(40, "words\nin lines");
  await alice.visit(LOBBY);
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  await expect(alice.messages.last()).toBeFocused();
  await alice.scrollUp(1_200);
  await keyboard.press("ArrowDown");
  await expect(focused(alice)).toBeInViewport();
  await expect(alice.messages.last()).not.toBeInViewport();
  await keyboard.press("ArrowUp");
  await expect(focused(alice)).toBeInViewport({ ratio: 1 });
});

test("an own message is changed by its key, and has the focus afterwards", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await bob.say("Not mine");
  await alice.say("Helo");
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  await keyboard.press("e");
  await expect(editor(alice)).toBeFocused();
  await expect(editor(alice)).toHaveValue("Helo");
  await keyboard.press("Escape");
  await expect(alice.message("Helo")).toBeFocused();
  await keyboard.press("e");
  await keyboard.press("Backspace");
  await keyboard.type("lo, Bob");
  await keyboard.press("Enter");
  await expect(bob.message("Hello, Bob")).toBeVisible();
  await expect(alice.message("Hello, Bob")).toBeFocused();
  await keyboard.press("ArrowUp");
  await keyboard.press("e");
  await expect(alice.message("Not mine")).toBeFocused();
  await expect(editor(alice)).toHaveCount(0);
  await expect(alice.composer).toHaveValue("");
});

test("a message is marked unread by its key", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await bob.say("One");
  await bob.say("Two");
  await expect(alice.message("Two")).toBeVisible();
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  await keyboard.press("u");
  await expect(alice.newLine).toBeVisible();
  await expect(alice.message("Two")).toBeFocused();
  await expect(alice.roomLink("Lobby").locator(".unread")).toHaveText("1");
});

test("the focus stays with its message: older ones come, it is changed, it is removed", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const posts = await bob.rest.fill(120);
  const alice = await arrive("Alice", LOBBY);
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  const held = await alice.messages.count();
  await keyboard.press("Home");
  const id = await focused(alice).getAttribute("id");
  const number = Number(id?.slice(1));
  const message = alice.log.locator(`#${id}`);
  await expect.poll(() => alice.messages.count()).toBeGreaterThan(held);
  await expect(message).toBeFocused();
  await keyboard.press("k");
  await expect(alice.log.locator(`#m${number - 1}`), "it goes on from there").toBeFocused();
  await keyboard.press("j");
  expect(posts.some((post) => post.number === number)).toBe(true);
  await bob.rest.edit(number, "Changed");
  await expect(message.locator(".message-head .edited")).toBeVisible();
  await expect(message).toBeFocused();
  await expect(message).toHaveAccessibleName(/Changed$/);
  await bob.rest.remove(number);
  await expect(message.locator(".removed")).toBeVisible();
  await expect(message).toBeFocused();
  await keyboard.press("j");
  await expect(alice.log.locator(`#m${number + 1}`)).toBeFocused();
});

test("an own message is removed with the keyboard, and what is left of it has the focus", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Secret");
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  // Its author, its time, and what can be done with it: the last is all the rest, and the last of that is to remove it.
  const more = alice.message("Secret").getByRole("link", { name: "More" });
  for (let stop = 0; stop < 7; stop += 1) await keyboard.press("Tab");
  await expect(more).toBeFocused();
  await keyboard.press("Enter");
  await expect(alice.dialog).toBeVisible();
  await keyboard.press("Escape");
  await expect(alice.dialog).toBeHidden();
  await expect(more).toBeFocused();
  await keyboard.press("Enter");
  await alice.dialog.getByRole("link", { name: "Delete" }).press("Enter");
  await expect(alice.confirm).toHaveText("Delete message");
  // That it is gone comes before the answer to the question.
  await alice.page.route(/\/delete$/, async (route) => {
    const response = await route.fetch();
    if (route.request().method() === "POST") await expect(alice.log.locator(".removed")).toBeAttached();
    await route.fulfill({ response });
  });
  await alice.confirm.press("Enter");
  await expect(alice.dialog).toBeHidden();
  await expect(alice.messages.last()).toBeFocused();
});
