// Who is put out or kept out of a room while they are in it, or away.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** A closed room of Alice's with Bob in it, both of them there. */
async function den(alice: Chat, bob: Chat): Promise<{ room: number; bobs: number }> {
  const { user_id: bobs } = await bob.rest.post("Hello");
  const { id: room } = await alice.rest.makeRoom("Den", "", { kind: "closed" });
  await alice.rest.letIn(room, bobs);
  for (const chat of [alice, bob]) await chat.visit(`/rooms/${room}`);
  return { room, bobs };
}

test("who is put out while typing hears nothing more, and keeps what they typed", async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const { room, bobs } = await den(alice, bob);
  await bob.composer.pressSequentially("I was about to");
  await expect(alice.typing).toContainText("Bob");
  await alice.rest.putOut(room, bobs);
  await expect(alice.typing).not.toContainText("Bob");
  await expect(bob.roomLink("Den")).toHaveCount(0);
  await alice.say("Among ourselves");
  await bob.rest.post("Elsewhere");
  await bob.visit(LOBBY);
  await expect(bob.message("Elsewhere")).toBeVisible();
  await expect(bob.page.getByText("Among ourselves")).toHaveCount(0);
  // Let in again, they find what they had begun.
  await alice.rest.letIn(room, bobs);
  await bob.visit(`/rooms/${room}`);
  await expect(bob.message("Among ourselves")).toBeVisible();
  await expect(bob.composer).toHaveValue("I was about to");
});

test("who is kept out while they have no connection learns it when they are back", async ({ arrive, tolerate, wire }) => {
  tolerate(/status of 4\d\d/);
  tolerate(/ERR_|WebSocket/);
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY, { via: wire });
  const { room, bobs } = await den(alice, bob);
  wire.cut();
  await bob.isLost();
  await bob.send("Nobody reads this");
  await alice.rest.ban(room, bobs, "Too loud.");
  await alice.say("Peace at last");
  wire.mend();
  await expect(bob.roomLink("Den")).toHaveCount(0, { timeout: 40_000 });
  await expect(bob.page.getByText("Peace at last")).toHaveCount(0);
  await expect(alice.message("Nobody reads this")).toHaveCount(0);
  const waiting = await bob.outbox();
  expect(waiting.map(({ content }) => content), "what was not sent is not lost").toEqual(["Nobody reads this"]);
});
