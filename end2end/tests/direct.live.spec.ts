// Two people who talk alone: both there, and one away.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a direct message comes at once to who is there, and is for them", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { user_id: id } = await bob.rest.post("Hello all");
  await alice.visit(`/people/${id}`);
  await alice.page.getByRole("button", { name: "Write to them alone" }).click();
  await alice.settled();
  await alice.say("Between us");
  await expect(bob.roomLink("Alice")).toContainText("1");
  const { room, unread } = await bob.rest.listed("Alice");
  expect(unread).toBe(1);
  await bob.visit(`/rooms/${room.id}`);
  await expect(bob.message("Between us")).toBeVisible();
  await bob.say("And back");
  await expect(alice.message("And back")).toBeVisible();
});

test("who was away finds a direct message when they are back", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { user_id: id } = await bob.rest.post("Hello all");
  await bob.page.goto("about:blank");
  await alice.visit(`/people/${id}`);
  await alice.page.getByRole("button", { name: "Write to them alone" }).click();
  await alice.settled();
  await alice.say("For later");
  await alice.say("And one more");
  await bob.visit(LOBBY);
  await expect(bob.roomLink("Alice")).toContainText("2");
  await bob.roomLink("Alice").click();
  await expect(bob.message("For later")).toBeVisible();
  await expect(bob.message("And one more")).toBeVisible();
});
