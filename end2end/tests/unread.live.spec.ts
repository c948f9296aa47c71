// Where one stopped reading: the line New, what is read by being seen, and what is marked as unread.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** How much is unread in the lobby, as the server has it. */
function unread(chat: Chat): Promise<number> {
  return chat.rest.unread();
}

/** The text of the message below the line. */
function firstNew(chat: Chat) {
  return chat.log.locator("#new + .message .text");
}

/** How far the line is below the top of the log. */
async function lineTop(chat: Chat): Promise<number> {
  return (await chat.top(chat.newLine)) - (await chat.top(chat.scroller));
}

test("sixty unread: one arrives at the line, and only what was on the screen is read", { tag: "@phone" }, async ({
  arrive,
}) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here I am");
  await alice.visit("/me");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(60);
  const elsewhere = await alice.anotherTab("/rooms");
  await expect(elsewhere.roomLink("Lobby").locator(".unread")).toHaveText("60");
  await alice.visit(LOBBY);
  await expect(firstNew(alice)).toHaveText("a line 1");
  await expect(alice.newLine).toBeInViewport();
  expect(await lineTop(alice)).toBeLessThan(120);
  await expect(alice.jump).toHaveText(/new messages ↓/);
  // What is below the view stays unread, here and there.
  await expect(async () => {
    const left = await unread(alice);
    expect(left).toBeLessThan(60);
    expect(left).toBeGreaterThan(20);
    const shown = elsewhere.roomLink("Lobby").locator(".unread");
    await expect(shown).toHaveText(`${left}`, { timeout: 500 });
  }).toPass();
  // Read on, to the end.
  await expect(async () => {
    await alice.scroller.evaluate((el) => el.scrollBy({ top: 400, behavior: "instant" }));
    await expect(alice.message("a line 60")).toBeInViewport({ timeout: 100 });
  }).toPass();
  await expect.poll(() => unread(alice)).toBe(0);
  await expect(elsewhere.roomLink("Lobby").locator(".unread")).toHaveCount(0);
  await expect(alice.newBar).toHaveCount(0);
});

test("the program that wakes up moves nothing of what one came to", { tag: "@phone" }, async ({ arrive, server }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here I am");
  await alice.visit("/me");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(60);
  let release = () => {};
  const held = new Promise<void>((open) => (release = open));
  await alice.page.route(/\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(server.url + LOBBY, { waitUntil: "commit" });
  // The page is there when all of it has come, and not before.
  await alice.page.waitForFunction(() => document.readyState !== "loading");
  await expect(alice.newLine).toBeInViewport();
  const before = await lineTop(alice);
  release();
  await alice.isLive();
  await expect(firstNew(alice)).toHaveText("a line 1");
  expect(Math.abs((await lineTop(alice)) - before)).toBeLessThan(1);
});

test("a room that is gone to without loading a page shows where one stopped", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  const tea = await bob.rest.makeRoom("Tea");
  const path = `/rooms/${tea.id}-tea`;
  await alice.visit(path);
  await alice.say("Tea for me");
  await alice.visit(LOBBY);
  await bob.rest.fill(80, "a cup", tea.id);
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await expect(firstNew(alice)).toHaveText("a cup 1");
  await expect(alice.newLine).toBeInViewport();
  expect(await lineTop(alice)).toBeLessThan(120);
  // The end, and all of it is read.
  await alice.jump.click();
  await expect(alice.message("a cup 80")).toBeInViewport();
  await alice.roomLink("Lobby").click();
  await expect(alice.title).toHaveText("Lobby");
  await expect(alice.roomLink("Tea").locator(".unread")).toHaveCount(0);
  // A room that is kept, with less than fills the screen: that is its end.
  await bob.rest.fill(2, "one more", tea.id);
  await expect(alice.roomLink("Tea").locator(".unread")).toHaveText("2");
  await alice.roomLink("Tea").click();
  await expect(firstNew(alice)).toHaveText("one more 1");
  await expect(alice.message("one more 2")).toBeInViewport();
  await expect(alice.roomLink("Tea").locator(".unread")).toHaveCount(0);
  // It goes with what one sends.
  await alice.say("Thank you");
  await expect(alice.newLine).toHaveCount(0);
});

test("what came while nobody looked is told of, and one click up", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here I am");
  const bob = await arrive("Bob", "/me");
  await alice.hide();
  await bob.rest.fill(40);
  await expect(alice.message("a line 40")).toBeAttached();
  expect(await unread(alice)).toBe(40);
  await alice.hide(false);
  await expect(alice.newBar.getByRole("link")).toHaveText(/^40 new since \d\d:\d\d$/);
  await alice.newBar.getByRole("link").click();
  await expect(firstNew(alice)).toHaveText("a line 1");
  await expect(firstNew(alice)).toBeInViewport();
  await expect(alice.newBar).toHaveCount(0);
  // Seen once, it is told of no more.
  await alice.scroller.evaluate((el) => el.scrollTo({ top: 0, behavior: "instant" }));
  await expect(alice.message("a line 40")).toBeInViewport();
  await expect(alice.newBar).toHaveCount(0);
  await alice.hide();
  await bob.rest.fill(40, "later");
  await alice.hide(false);
  await expect(alice.newBar.getByRole("link")).toHaveText(/^40 new/);
  await alice.newBar.getByRole("button", { name: "Mark as read" }).click();
  await expect(alice.newBar).toHaveCount(0);
  await expect(alice.newLine).toHaveCount(0);
});

test("marked unread in one tab, another that has the room open reads nothing before something new comes", async ({
  arrive,
}) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here I am");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(6);
  const other = await alice.anotherTab(LOBBY);
  await expect.poll(() => unread(alice)).toBe(0);
  await alice.markUnread("a line 3");
  for (const tab of [alice, other]) {
    await expect(firstNew(tab)).toHaveText("a line 3");
    await expect(tab.roomLink("Lobby").locator(".unread")).toHaveText("4");
  }
  // Looked at from everywhere, it stays so.
  for (const tab of [other, alice]) {
    await tab.hide();
    await tab.hide(false);
    await tab.scrollUp(40);
    await tab.scroller.evaluate((el) => el.scrollTo({ top: 0, behavior: "instant" }));
  }
  expect(await unread(alice)).toBe(4);
  await bob.rest.post("something new");
  await expect(alice.message("something new")).toBeVisible();
  await expect.poll(() => unread(alice)).toBe(0);
  await expect(firstNew(alice)).toHaveText("a line 3");
});

test("marked unread and left, the room is bold until it is opened again", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Here I am");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(5);
  await expect(alice.message("a line 5")).toBeVisible();
  await alice.markUnread("a line 4");
  await expect(firstNew(alice)).toHaveText("a line 4");
  await alice.visit("/rooms");
  expect(await unread(alice)).toBe(2);
  await alice.visit(LOBBY);
  await expect(firstNew(alice)).toHaveText("a line 4");
  await expect.poll(() => unread(alice)).toBe(0);
});

test("a finger that stays on a message sees what can be done with it, and nothing lies over the lines above", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const posted = await alice.rest.fill(3);
  const last = alice.log.locator(`#m${posted.at(-1)?.number}`);
  const actions = await alice.actions(last);
  await actions.getByRole("button", { name: "Mark unread from here" }).click();
  await expect(alice.newLine).toBeVisible();
  await expect(alice.dialog).toBeHidden();
  const bar = last.locator(".message-actions");
  const opacity = async () =>
    (await bar.count()) > 0 ? bar.evaluate((el) => getComputedStyle(el).opacity) : "0";
  if (await alice.hasTouch()) await expect.poll(opacity).toBe("0");
});
