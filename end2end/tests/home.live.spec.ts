// The front door, for who has left the page open.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("another tab opens where this one is, and neither loses its place", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tea = await alice.rest.makeRoom("Tea");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  const other = await alice.anotherTab("/");
  await expect(other.page).toHaveURL(new RegExp(`/rooms/${tea.id}-tea$`));
  // The list makes no room the last one.
  await other.page.getByRole("link", { name: "Parlour", exact: true }).click();
  await expect(other.page).toHaveURL(/\/rooms$/);
  await expect(other.title).toHaveText("Welcome");
  await other.page.goBack();
  await expect(other.title).toHaveText("Tea");
  await expect(alice.title).toHaveText("Tea");
});
