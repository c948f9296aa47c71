// Favourites, and sections that are folded: on every device of a person, and again after the page was loaded anew.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** The lines of the sidebar that are shown. */
const lines = (chat: Chat) => chat.sidebar.locator(".room-list > li:visible");

const section = (chat: Chat, name: string) => chat.sidebar.locator("summary", { hasText: name });

test("a favourite comes first in every tab at once, and goes back", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", LOBBY);
  await alice.rest.joinRoom(tea.id);
  await alice.visit(`/rooms/${tea.id}`);
  const tab = await alice.anotherTab(LOBBY);
  await tab.composer.fill("A draft");
  await alice.fromMenu("Add to favourites");
  for (const one of [alice, tab])
    await expect(lines(one)).toHaveText(["Favourites", "Tea", "Your rooms", "Lobby", "Direct messages"]);
  await expect(tab.composer, "nothing is loaded anew").toHaveValue("A draft");
  // Nobody reads it meanwhile.
  await alice.visit(LOBBY);
  await bob.rest.post("News", tea.id);
  await expect(lines(tab).nth(1), "it stays there when something is new in it").toHaveText("Tea1");
  await alice.visit(`/rooms/${tea.id}`);
  await alice.fromMenu("Remove from favourites");
  for (const one of [alice, tab]) await expect(section(one, "Favourites")).toHaveCount(0);
});

test("a section that was folded stays so, and shows what is unread in it and what is open", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const attic = await bob.rest.makeRoom("Attic");
  const alice = await arrive("Alice", LOBBY);
  for (const room of [tea, attic]) await alice.rest.joinRoom(room.id);
  await expect(lines(alice)).toHaveText(["Your rooms", "Attic", "Lobby", "Tea", "Direct messages"]);
  await section(alice, "Your rooms").click();
  const folded = ["Your rooms", "Lobby", "Direct messages"];
  await expect(lines(alice)).toHaveText(folded);
  await alice.page.reload();
  await alice.settled();
  await expect(lines(alice)).toHaveText(folded);
  await bob.rest.post("News", tea.id);
  await expect(lines(alice)).toHaveText(["Unread", "Tea1", ...folded]);
  await section(alice, "Your rooms").press("Enter");
  await expect(lines(alice)).toHaveText(["Unread", "Tea1", "Your rooms", "Attic", "Lobby", "Direct messages"]);
  await alice.page.reload();
  await alice.settled();
  await expect(alice.roomLink("Attic")).toBeVisible();
});
