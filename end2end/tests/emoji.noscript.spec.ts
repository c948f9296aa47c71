// Emoji without script: a reaction is chosen on a page, and what they are called in a text is listed on another.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who has no script chooses a reaction, and finds who else reacted", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { number } = await bob.rest.post("Tea is ready");
  await alice.visit(`${LOBBY}/m/${number}/react`);
  await expect(alice.title).toHaveText("React");
  await alice.page.getByRole("link", { name: "Food" }).click();
  await expect(alice.page.getByRole("button", { name: "shortcake" })).toBeVisible();
  await alice.page.getByRole("searchbox").fill("teap");
  await alice.page.getByRole("button", { name: "Find" }).click();
  await alice.page.getByRole("button", { name: "teapot" }).click();
  await expect(alice.page).toHaveURL(new RegExp(`#m${number}$`));
  await expect(alice.message("Tea is ready").getByRole("button", { name: "🫖 1" })).toBeVisible();
  await bob.visit(`${LOBBY}/m/${number}/reactions`);
  await expect(bob.page.locator(".who li")).toHaveText(["Alice"]);
  await bob.visit("/emoji?q=teapot");
  await expect(bob.page.locator(".emoji-names li")).toHaveText([/:teapot:/]);
});
