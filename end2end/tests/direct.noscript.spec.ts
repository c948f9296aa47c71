// Two people who talk alone, with links and forms only.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("people write to each other alone, and nobody else finds the room", async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const carol = await arrive("Carol", LOBBY);
  const { user_id: id } = await bob.rest.post("Hello all");
  await alice.visit(`/people/${id}`);
  await alice.page.getByRole("button", { name: "Write to them alone" }).click();
  await expect(alice.title).toContainText("Bob");
  await alice.say("Between us");
  await bob.visit(LOBBY);
  await expect(bob.roomLink("Alice")).toContainText("1");
  await bob.roomLink("Alice").click();
  await expect(bob.message("Between us")).toBeVisible();
  await bob.say("And back");
  await alice.visit(new URL(alice.page.url()).pathname);
  await expect(alice.message("And back")).toBeVisible();
  await carol.visit(new URL(alice.page.url()).pathname);
  await expect(carol.message("Between us")).toHaveCount(0);
  await expect(carol.composer).toHaveCount(0);
});
