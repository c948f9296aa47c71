// Mentions, while people talk: lit for whom they name, and by the name that somebody has now.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who is mentioned sees it lit, and everybody by whose name it is now", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await bob.say("Here I am");
  // It is shown by his name, and not as it was typed.
  await alice.send("So, @bob, look at #lobby");
  const his = bob.messages.filter({ hasText: "look at" });
  const hers = alice.messages.filter({ hasText: "look at" });
  const mention = his.locator("[data-mention]");
  await expect(mention).toHaveText("@Bob");
  await expect(his).toHaveAttribute("data-for-you");
  await expect(hers.locator("[data-mention]")).toHaveText("@Bob");
  await expect(hers).not.toHaveAttribute("data-for-you");
  await expect(hers.locator("[data-room]")).toHaveAttribute("href", "/rooms/1");
  await bob.rest.rename("Robert");
  await expect(hers.locator("[data-mention]")).toHaveText("@Robert");
  await expect(mention).toHaveText("@Robert");
  // The page that is loaded anew shows the same.
  await alice.page.reload();
  await expect(hers.locator("[data-mention]")).toHaveText("@Robert");
});
