// Mentions without script: lit on the page of the room, and listed on one of their own.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who has no script finds what mentions them, and the way to it", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await bob.rest.post("Here I am");
  await alice.rest.post("Come to tea, @bob");
  await bob.visit(LOBBY);
  await expect(bob.messages.filter({ hasText: "Come to tea" })).toHaveAttribute("data-for-you");
  await bob.visit("/mentions");
  await expect(bob.title).toHaveText("Mentions");
  const listed = bob.page.locator(".mentions li");
  await expect(listed).toHaveCount(1);
  await expect(listed.locator("p")).toHaveText("Come to tea, @bob");
  await listed.getByRole("link").click();
  await expect(bob.page).toHaveURL(/#m\d+$/);
});
