// How much mentions somebody, in the list of rooms and in the title: the same in two browsers of theirs.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("mentions are counted alike in two tabs, until they are read in one", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", `/rooms/${tea.id}`);
  await bob.say("Here I am");
  await bob.visit(LOBBY);
  await bob.say("And here");
  const other = await bob.anotherTab(LOBBY);
  const counts = [bob, other].map((tab) => tab.roomLink("Tea").getByRole("img"));
  await alice.rest.post("hello", tea.id);
  for (const count of counts) await expect(count).toHaveAccessibleName("1 unread");
  await alice.rest.post("@Bob, look", tea.id);
  for (const count of counts) await expect(count).toHaveAccessibleName("1 unread, for you");
  await alice.rest.post("@room, look", tea.id);
  for (const count of counts) await expect(count).toHaveAccessibleName("2 unread, for you");
  // A page that comes now says the same.
  await other.page.reload();
  for (const count of counts) await expect(count).toHaveAccessibleName("2 unread, for you");
  await other.hide();
  await expect(other.page).toHaveTitle("(2) Lobby · Parlour");
  await bob.roomLink("Tea").click();
  await expect(bob.message("@room, look")).toBeVisible();
  for (const count of counts) await expect(count).toHaveCount(0);
  await expect(other.page).toHaveTitle("Lobby · Parlour");
});

test("of a room one is told of no more than one wants to be, on all devices", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", `/rooms/${tea.id}`);
  await bob.say("Here I am");
  const other = await bob.anotherTab(LOBBY);
  const count = other.roomLink("Tea").getByRole("img");
  const tell = async (level: string) => {
    await bob.visit(`/rooms/${tea.id}/level`);
    await bob.page.getByLabel("What is counted in the list of rooms").selectOption({ label: level });
    await bob.page.getByRole("button", { name: "Save" }).click();
    await bob.settled();
    await bob.visit("/me");
  };
  await tell("What mentions me");
  await alice.rest.post("hello", tea.id);
  await alice.rest.post("@Bob, hello", tea.id);
  await expect(count).toHaveAccessibleName("1 unread, for you");
  await tell("Nothing");
  await expect(count).toHaveCount(0);
  await alice.rest.post("@Bob, are you there?", tea.id);
  await alice.rest.post("Bob, look");
  await expect(other.message("Bob, look")).toBeVisible();
  await expect(count).toHaveCount(0);
});
