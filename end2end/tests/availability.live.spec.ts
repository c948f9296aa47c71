// Who is there: a dot beside whom one talks to alone, while they come and go.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who one talks to alone has a dot as long as they are there, but for whom they block", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { user_id: his } = await bob.rest.post("Hello");
  const { user_id: hers } = await alice.rest.post("Hello");
  await alice.visit(`/people/${his}`);
  await expect(alice.page.locator(".there")).toHaveText("Online");
  await alice.page.getByRole("button", { name: "Write to them alone" }).click();
  await alice.settled();
  const dot = alice.roomLink("Bob").getByRole("img", { name: "online" });
  await expect(dot).toBeVisible();
  await bob.visit("/people");
  await expect(dot, "he has no page that is live").toHaveCount(0);
  await bob.visit(LOBBY);
  await expect(dot).toBeVisible();
  await bob.visit(`/people/${hers}`);
  await bob.page.getByRole("button", { name: "Block" }).click();
  await bob.visit(LOBBY);
  await expect(dot).toHaveCount(0);
  await expect(bob.roomLink("Alice").getByRole("img", { name: "online" })).toBeVisible();
});
