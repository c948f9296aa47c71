// The sidebar: what is unread first, then one's own rooms; and nothing that is unread hides without a hint.

import { LOBBY, type Chat } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** The lines of the sidebar, rooms and headings. */
const lines = (chat: Chat) => chat.sidebar.locator(".room-list > li");

test("a room with news comes first, stays while it is open, and goes back then", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  await bob.rest.makeRoom("Attic");
  const alice = await arrive("Alice", LOBBY);
  await alice.rest.joinRoom(tea.id);
  await expect(lines(alice)).toHaveText(["Your rooms", "Lobby", "Tea", "Direct messages", "Other rooms", "Attic"]);
  const line = await alice.roomLink("Tea").elementHandle();
  await bob.rest.post("One", tea.id);
  await expect(lines(alice)).toHaveText(["Unread", "Tea1", "Your rooms", "Lobby", "Direct messages", "Other rooms", "Attic"]);
  await alice.roomLink("Tea").click();
  await expect(alice.message("One")).toBeVisible();
  await expect(lines(alice)).toHaveText(["Unread", "Tea", "Your rooms", "Lobby", "Direct messages", "Other rooms", "Attic"]);
  expect(await line?.evaluate((one) => one.isConnected), "the line was moved, not drawn again").toBe(true);
  await alice.roomLink("Lobby").click();
  await expect(lines(alice)).toHaveText(["Your rooms", "Lobby", "Tea", "Direct messages", "Other rooms", "Attic"]);
});

test("a room that is joined, left or made goes where it belongs, in every tab", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", "/");
  await expect(lines(alice)).toHaveText(["Direct messages", "Other rooms", "Lobby", "Tea"]);
  await alice.rest.joinRoom(tea.id);
  await expect(lines(alice)).toHaveText(["Your rooms", "Tea", "Direct messages", "Other rooms", "Lobby"]);
  await alice.rest.makeRoom("Attic");
  await expect(lines(alice)).toHaveText(["Your rooms", "Attic", "Tea", "Direct messages", "Other rooms", "Lobby"]);
  const tab = await alice.anotherTab(`/rooms/${tea.id}`);
  await tab.leave();
  for (const one of [alice, tab])
    await expect(lines(one)).toHaveText(["Your rooms", "Attic", "Direct messages", "Other rooms", "Lobby", "Tea"]);
});

test("the open room is in view, and unread ones beyond the fold are told", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const rooms = [];
  for (let n = 10; n < 50; n += 1) rooms.push(await bob.rest.makeRoom(`Room ${n}`));
  const last = rooms.at(-1);
  const alice = await arrive("Alice", "/me");
  for (const room of rooms) await alice.rest.joinRoom(room.id);
  await alice.visit(`/rooms/${last?.id}`);
  await expect(alice.sidebar.locator("[aria-current=page]")).toBeInViewport();
  const pill = alice.sidebar.locator(".fold button");
  await expect(pill).toHaveCount(0);
  await bob.rest.post("News", rooms[3]?.id);
  await bob.rest.post("News", rooms[4]?.id);
  await expect(pill).toHaveText("2 unread ↑");
  await pill.click();
  await expect(alice.roomLink("Room 13")).toBeInViewport();
  await expect(pill).toHaveCount(0);
  for (const room of rooms.slice(5, 39)) await bob.rest.post("News", room.id);
  await expect(alice.sidebar.locator(".unread")).toHaveCount(36);
  await expect(pill).toContainText("unread ↓");
  await pill.click();
  await expect(alice.roomLink("Room 48")).toBeInViewport();
});
