// Who is in the room, and how many.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("the panel has everybody who is here, and their number", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await arrive("Bob", LOBBY);
  await expect(alice.people.locator(".count")).toHaveText("2");
  await expect(alice.people.getByRole("listitem")).toHaveText(["Alice", "Bob"]);
  await expect(alice.roomLink("Lobby"), "the list is about what is new").toHaveText("Lobby");
});

test("two tabs of one person are one person", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const tab = await alice.page.context().newPage();
  await tab.goto(LOBBY);
  await expect(tab.locator(".connection")).toHaveAttribute("data-state", "live");
  await bob.say("Anybody?");
  await expect(tab.getByRole("article")).toHaveText(/Anybody\?/);
  await expect(bob.people.locator(".count")).toHaveText("2");
});

test("on a phone it is folded away until one asks", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.setViewportSize({ width: 390, height: 844 });
  await expect(alice.people.getByText("Alice", { exact: true })).toBeHidden();
  await alice.people.locator("summary").click();
  await expect(alice.people.getByText("Alice", { exact: true })).toBeVisible();
});

test("coming and going are quiet lines, a reload is neither", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await expect(bob.notes.filter({ hasText: "Alice joined" })).toHaveCount(1);
  await alice.page.reload();
  await alice.settled();
  await alice.say("Back again");
  // Carol goes after Alice has reloaded: when her leaving is said, Alice's would have been.
  const carol = await arrive("Carol", LOBBY);
  await carol.page.close();
  await expect(bob.notes.filter({ hasText: "Carol left" })).toHaveCount(1);
  await expect(bob.notes.filter({ hasText: "Alice" })).toHaveText(["Alice joined"]);
  await expect(bob.notes.getByRole("article")).toHaveCount(0);
});
