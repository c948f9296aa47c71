// Rooms in which not everybody writes: who does not is told why, and is offered nothing to write in.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("nobody is offered to write where they cannot", { tag: "@phone" }, async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const news = await bob.rest.makeRoom("News", "", { posting: "moderators" });
  const alice = await arrive("Alice", `/rooms/${news.id}`, { looks: true });
  await expect(alice.looking).toContainText("Only its moderators write in it.");
  await expect(alice.composer).toBeHidden();
  await alice.looking.getByRole("button", { name: "Join" }).click();
  await expect(alice.looking.getByRole("button", { name: "Join" })).toHaveCount(0);
  await expect(alice.looking).toContainText("Only its moderators write in it.");
  await expect(alice.composer).toBeHidden();
  await alice.visit(LOBBY);
  await expect(alice.composer).toBeVisible();
  await bob.visit(`/rooms/${news.id}`);
  await expect(bob.composer).toBeVisible();
});

test("where only members write, joining is offered", { tag: "@phone" }, async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const club = await bob.rest.makeRoom("Club", "", { posting: "members" });
  const alice = await arrive("Alice", `/rooms/${club.id}`, { looks: true });
  await expect(alice.looking).toContainText("Join it first.");
  await expect(alice.composer).toBeHidden();
  await alice.looking.getByRole("button", { name: "Join" }).click();
  await expect(alice.looking).toBeHidden();
  await alice.say("I am in");
  await expect(alice.message("I am in")).toBeVisible();
});

test("who has no name yet is not asked for one where guests only read", { tag: "@phone" }, async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const window = await bob.rest.makeRoom("Window", "", { guests: "read" });
  await bob.rest.post("Look at this", window.id);
  const visitor = await arrive(null, `/rooms/${window.id}`);
  await expect(visitor.message("Look at this")).toBeVisible();
  await expect(visitor.looking).toContainText("Guests can only read in this room.");
  await expect(visitor.looking.getByRole("button")).toHaveCount(0);
  await expect(visitor.page.getByLabel("Your name")).toBeHidden();
});
