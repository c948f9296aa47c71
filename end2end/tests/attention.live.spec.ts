// A tab that nobody sees says that something is unread in it, and how much of it is for oneself, until it is read.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PLAIN = "/favicon.svg";
const DOTTED = "/favicon-unread.svg";

test("title and icon say that something came while nobody looked, until one looks", async ({ arrive, server }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  await expect(alice.page).toHaveTitle("Lobby · Parlour");
  await expect(alice.icon).toHaveAttribute("href", PLAIN);
  await bob.rest.post("seen");
  await expect(alice.messages).toHaveCount(1);
  await alice.hide();
  await bob.rest.post("one");
  await expect(alice.page).toHaveTitle("• Lobby · Parlour");
  await bob.rest.post("two");
  await expect(alice.page).toHaveTitle("• Lobby · Parlour");
  await expect(alice.icon).toHaveAttribute("href", DOTTED);
  expect((await alice.page.request.get(server.url + DOTTED)).status()).toBe(200);
  await alice.hide(false);
  await expect(alice.page).toHaveTitle("Lobby · Parlour");
  await expect(alice.icon).toHaveAttribute("href", PLAIN);
  await alice.hide();
  await expect(alice.page).toHaveTitle("Lobby · Parlour");
});

test("one's own messages, and those of a room one sees, are not counted", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  await alice.hide();
  await alice.rest.post("from another program of mine");
  await bob.rest.post("from Bob");
  await expect(alice.page).toHaveTitle("• Lobby · Parlour");
  await alice.hide(false);
  await bob.rest.post("seen at once");
  await expect(alice.messages).toHaveCount(3);
  await expect(alice.page).toHaveTitle("Lobby · Parlour");
});

test("what is read in another tab is unread no more in this one", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  // From then on what is said there is unread until it is seen.
  await expect(alice.people).toContainText("Alice");
  await alice.hide();
  await bob.rest.post("for Alice");
  await expect(alice.page).toHaveTitle("• Lobby · Parlour");
  const other = await alice.anotherTab(LOBBY);
  await expect(other.message("for Alice")).toBeVisible();
  await expect(alice.page).toHaveTitle("Lobby · Parlour");
  await expect(alice.icon).toHaveAttribute("href", PLAIN);
});

test("another room's are told of, too", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const room = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${room.id}`);
  await expect(alice.composer).toBeVisible();
  await alice.visit(LOBBY);
  await alice.hide();
  await bob.rest.post("over here", room.id);
  await expect(alice.page).toHaveTitle("• Lobby · Parlour");
});

test("what somebody writes to one alone is for oneself: in the title, the icon and the list", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${tea.id}`);
  await alice.rest.post("Hello", tea.id);
  const { user_id: hers } = await alice.rest.post("Hello");
  await alice.visit(LOBBY);
  await bob.visit(`/people/${hers}`);
  await bob.page.getByRole("button", { name: "Write to them alone" }).click();
  await bob.settled();
  await expect(alice.roomLink("Bob")).toBeVisible();
  await alice.hide();
  await bob.rest.post("for all", tea.id);
  await expect(alice.page).toHaveTitle("• Lobby · Parlour");
  await bob.say("psst");
  await expect(alice.page).toHaveTitle("(1) Lobby · Parlour");
  await expect(alice.icon).toHaveAttribute("href", "/favicon-for-you.svg");
  await expect(alice.roomLink("Bob").getByRole("img", { name: "1 unread, for you" })).toBeVisible();
  await expect(alice.roomLink("Tea").getByRole("img", { name: "1 unread", exact: true })).toBeVisible();
  await alice.hide(false);
  await alice.roomLink("Bob").click();
  await expect(alice.message("psst")).toBeVisible();
  await alice.hide();
  await expect(alice.page).toHaveTitle("• Bob · Parlour");
});
