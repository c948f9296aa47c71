// One's own messages can be changed and taken back; everybody sees it at once.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const field = ({ page }: Chat) => page.getByRole("textbox", { name: "Edit your message" });

test("↑ in an empty composer takes the last one", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Helo");
  await bob.say("What?");
  await alice.composer.press("ArrowUp");
  await expect(field(alice)).toBeFocused();
  await expect(field(alice)).toHaveValue("Helo");
  const [box, line] = [await field(alice).boundingBox(), await alice.messages.first().boundingBox()];
  expect(box?.width, "there is space to write").toBeGreaterThan((line?.width ?? 0) * 0.8);
  await field(alice).fill("Hello");
  await field(alice).press("Enter");
  for (const one of [alice, bob]) {
    await expect(one.message("Hello").locator(".message-head .edited")).toBeVisible();
  }
  await expect(alice.composer).toBeFocused();
  await expect(bob.messages).toHaveCount(2);
});

test("↑ moves the cursor when something is typed", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  await alice.composer.fill("More");
  await alice.composer.press("ArrowUp");
  await expect(field(alice)).toBeHidden();
});

test("Escape leaves the message as it was", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  await alice.message("Hello").hover();
  await alice.message("Hello").getByRole("link", { name: "Edit" }).click();
  await field(alice).fill("Changed");
  await field(alice).press("Escape");
  await expect(alice.message("Hello")).toBeVisible();
  await expect(alice.log.locator(".message-head .edited")).toHaveCount(0);
});

test("a removed message is gone for everybody, after a question", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Secret");
  const actions = await alice.actions(alice.message("Secret"));
  await actions.getByRole("link", { name: "Delete" }).click();
  await alice.confirm.click();
  for (const { log, page } of [alice, bob]) {
    await expect(log.locator(".removed")).toBeVisible();
    await expect(page.getByText("Secret")).toHaveCount(0);
  }
  await bob.page.reload();
  await expect(bob.log.locator(".removed")).toBeVisible();
  expect(await bob.page.content()).not.toContain("Secret");
});

test("others cannot", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Mine");
  await bob.message("Mine").hover();
  await expect(bob.message("Mine").getByRole("link", { name: "Edit" })).toHaveCount(0);
  const actions = await bob.actions(bob.message("Mine"));
  await expect(actions.getByRole("link", { name: "Reply" })).toBeVisible();
  for (const name of ["Edit", "Delete"]) await expect(actions.getByText(name)).toHaveCount(0);
});

test("what was typed into an edit is not lost with the connection", async ({ arrive, wire, tolerate }) => {
  tolerate(/WebSocket connection to|net::ERR_/);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await alice.say("Helo");
  await alice.composer.press("ArrowUp");
  await field(alice).fill("Hello, at length");
  wire.cut();
  await alice.isLost();
  await field(alice).press("Enter");
  wire.mend();
  await alice.isLive(30_000);
  if (await field(alice).isVisible()) {
    await expect(field(alice)).toHaveValue("Hello, at length");
    await field(alice).press("Enter");
  }
  await expect(alice.message("Hello, at length").locator(".message-head .edited")).toBeVisible();
});

test("an edit is kept: over another one, another room and back, and a reload", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.makeRoom("Tea");
  await alice.rest.fill(2);
  await alice.visit(LOBBY);
  const edit = async (text: string) => {
    await alice.message(text).hover();
    await alice.message(text).getByRole("link", { name: "Edit" }).click();
  };
  await edit("a line 1");
  await field(alice).fill("The first, at length");
  await edit("a line 2");
  await expect(field(alice)).toHaveValue("a line 2");
  await field(alice).fill("The second");
  await edit("a line 1");
  await expect(field(alice)).toHaveValue("The first, at length");
  await field(alice).pressSequentially(" and more");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await expect(field(alice)).toHaveCount(0);
  await alice.page.goBack();
  await expect(field(alice)).toHaveValue("The first, at length and more");
  await alice.page.reload();
  await alice.settled();
  await expect(field(alice)).toHaveValue("The first, at length and more");
  await field(alice).press("Enter");
  await expect(alice.message("The first, at length and more").locator(".message-head .edited")).toBeVisible();
  await edit("a line 2");
  await expect(field(alice)).toHaveValue("The second");
  await field(alice).press("Escape");
  await edit("a line 2");
  await expect(field(alice), "given up is given up").toHaveValue("a line 2");
  await alice.page.reload();
  await alice.settled();
  await expect(field(alice)).toHaveCount(0);
});

test("of a message removed elsewhere what was typed comes before the draft in the composer", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.makeRoom("Tea");
  const [first, second, third, untouched] = await alice.rest.fill(4);
  await alice.visit(LOBBY);
  const edit = async (text: string) => {
    await alice.message(text).hover();
    await alice.message(text).getByRole("link", { name: "Edit" }).click();
  };
  await alice.composer.fill("A draft");
  await edit("a line 3");
  await field(alice).fill("The third, at length");
  await edit("a line 2");
  await field(alice).fill("The second, at length");
  await edit("a line 1");
  await field(alice).fill("The first, at length");
  // While it is open.
  await alice.rest.remove(first?.number ?? 0);
  await expect(field(alice)).toHaveCount(0);
  await expect(alice.composer).toHaveValue("The first, at length\nA draft");
  // While one is in another room.
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await alice.rest.remove(second?.number ?? 0);
  await alice.roomLink("Lobby").click();
  await expect(alice.composer).toHaveValue("The second, at length\nThe first, at length\nA draft");
  // While nobody is there to hear it.
  await alice.page.goto("/me");
  await alice.rest.remove(third?.number ?? 0);
  await alice.visit(LOBBY);
  await expect(alice.composer).toHaveValue(/^The third, at length\nThe second, at length\n/);
  await alice.page.reload();
  await alice.settled();
  await expect(alice.composer).toHaveValue(/^The third, at length\nThe second/);
  // Of what was not changed nothing is left to keep.
  await edit("a line 4");
  await alice.rest.remove(untouched?.number ?? 0);
  await expect(field(alice)).toHaveCount(0);
  await expect(alice.composer).toHaveValue(/^The third, at length\nThe second/);
});

test("removed in one tab, what was typed in two is in both composers once", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const [message] = await alice.rest.fill(1);
  await alice.visit(LOBBY);
  await alice.composer.press("ArrowUp");
  await field(alice).fill("A line, at length");
  const other = await alice.anotherTab(LOBBY);
  await expect(field(other)).toHaveValue("A line, at length");
  await alice.rest.remove(message?.number ?? 0);
  for (const tab of [alice, other]) {
    await expect(field(tab)).toHaveCount(0);
    await expect(tab.composer).toHaveValue("A line, at length");
  }
});

test("what others say carries no open form out of view", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(30);
  await alice.rest.post("Helo");
  await alice.visit(LOBBY);
  await alice.composer.press("ArrowUp");
  await expect(field(alice)).toBeFocused();
  await field(alice).pressSequentially(", Bob");
  await expect(field(alice)).toHaveValue("Helo, Bob");
  const before = await alice.top(field(alice));
  await bob.rest.fill(1, "a short one");
  await expect(alice.jump).toHaveText(/^1 new message/);
  await bob.rest.fill(39, "many\nlines");
  await expect(alice.jump).toHaveText(/^40 new messages/);
  await expect(field(alice)).toBeInViewport();
  await expect(field(alice)).toBeFocused();
  expect(Math.abs((await alice.top(field(alice))) - before)).toBeLessThan(1);
  await expect(alice.message("many\nlines 39")).not.toBeInViewport();
  await field(alice).press("Control+Enter");
  await expect(alice.message("Helo, Bob").locator(".message-head .edited")).toBeVisible();
  await alice.jump.click();
  await expect(alice.messages.last()).toBeInViewport();
  await expect(alice.jump).toHaveCount(0);
  await bob.rest.post("And on it goes");
  await expect(alice.message("And on it goes")).toBeInViewport();
});

test("in a room that is all in view an open form stays there, and what is new is read", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  await alice.rest.post("Helo");
  await alice.visit(LOBBY);
  await alice.composer.press("ArrowUp");
  await field(alice).fill("Hello");
  await bob.rest.fill(3);
  await expect(alice.message("a line 3")).toBeInViewport();
  await expect(alice.jump).toHaveCount(0);
  await bob.rest.fill(60, "more");
  await expect(alice.jump).toHaveText(/new messages/);
  await expect(field(alice)).toBeInViewport();
  await expect(field(alice)).toHaveValue("Hello");
});
