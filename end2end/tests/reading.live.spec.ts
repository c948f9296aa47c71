// All rooms are marked as read, by a key or by a button, and on all devices at once.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("all rooms are marked as read in every tab, by Shift and Escape or by the button", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const tea = await bob.rest.makeRoom("Tea");
  const attic = await bob.rest.makeRoom("Attic");
  const alice = await arrive("Alice", LOBBY);
  for (const { id } of [tea, attic]) await alice.rest.joinRoom(id);
  const other = await alice.anotherTab(LOBBY);
  const counts = [alice, other].map((tab) => tab.sidebar.locator(".unread"));
  const someCame = async () => {
    for (const { id } of [tea, attic]) await bob.rest.post("hello", id);
    for (const count of counts) await expect(count).toHaveCount(2);
  };
  await someCame();
  await alice.scroller.focus();
  await alice.page.keyboard.press("Shift+Escape");
  for (const count of counts) await expect(count).toHaveCount(0);
  await someCame();
  await other.page.getByRole("button", { name: "Mark all as read" }).click();
  for (const count of counts) await expect(count).toHaveCount(0);
  await expect(other.page.getByRole("button", { name: "Mark all as read" })).toBeHidden();
});
