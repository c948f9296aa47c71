// To read is to look: who joins is there, who looks is not, and either is told.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who reads a room is no member, is announced to nobody, and joins by a button", { tag: "@phone" }, async ({
  arrive,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { looks: true });
  await bob.say("Anybody here?");
  await expect(alice.message("Anybody here?")).toBeVisible();
  await expect(alice.looking).toContainText("You are only looking.");
  await expect(alice.people.locator(".count"), "she sees that it lives").toHaveText("1");
  await expect(bob.people.locator(".count")).toHaveText("1");
  await expect(bob.notes.filter({ hasText: "Alice" })).toHaveCount(0);
  await alice.composer.pressSequentially("He");
  await bob.say("Nobody types");
  await expect(alice.message("Nobody types")).toBeVisible();
  await expect(bob.typing).toBeEmpty();

  await alice.looking.getByRole("button", { name: "Join" }).click();
  await expect(alice.looking).toBeHidden();
  await expect(alice.composer, "what was typed is there").toHaveValue("He");
  await expect(bob.notes.filter({ hasText: "Alice joined" })).toHaveCount(1);
  for (const one of [alice, bob]) await expect(one.people.locator(".count")).toHaveText("2");
});

test("the first message joins", { tag: "@phone" }, async ({ arrive, history }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { looks: true });
  await alice.say("Here I am");
  await expect(alice.looking).toBeHidden();
  await expect(bob.message("Here I am")).toBeVisible();
  await expect(bob.notes.filter({ hasText: "Alice joined" })).toHaveCount(1);
  await expect(bob.people.locator(".count")).toHaveText("2");
  await history.holds();
});

test("only members are told what is new", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${tea.id}`, { looks: true });
  await alice.roomLink("Lobby").click();
  await expect(alice.title).toHaveText("Lobby");
  await bob.rest.post("Nobody is told", tea.id);
  await alice.roomLink("Tea").click();
  await expect(alice.message("Nobody is told")).toBeVisible();
  await alice.looking.getByRole("button", { name: "Join" }).click();
  await expect(alice.looking).toBeHidden();
  await alice.roomLink("Lobby").click();
  await bob.rest.post("Alice is told", tea.id);
  await expect(alice.roomLink("Tea").locator(".unread")).toHaveText("1");
});

test("a tab that was away does not undo that the room was left", async ({ arrive, wire, tolerate }) => {
  tolerate(/WebSocket connection to|net::ERR_/);
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await expect(bob.people.locator(".count")).toHaveText("2");
  wire.cut();
  await alice.isLost();
  const cookies = await alice.page.context().cookies();
  await bob.page.request.fetch("/api/chat/rooms/1/membership", {
    method: "DELETE",
    headers: { authorization: `Bearer ${cookies[0]?.value}` },
  });
  await expect(bob.notes.filter({ hasText: "Alice left" })).toHaveCount(1);
  wire.mend();
  await alice.isLive(40_000);
  await expect(alice.looking).toBeVisible();
  await bob.say("She looks on");
  await expect(alice.message("She looks on")).toBeVisible();
  await expect(bob.people.locator(".count")).toHaveText("1");
});
