// Forwarding a message to another room, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a message is forwarded to a room of one's own, and leads back", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { number } = await alice.rest.post("Tea at *five*");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.page.goto(`${LOBBY}/m/${number}/actions`);
  await alice.page.getByRole("link", { name: "Forward" }).click();
  await alice.page.getByLabel("To").selectOption({ label: "Tea" });
  await alice.page.getByRole("button", { name: "Forward" }).click();
  await expect(alice.title).toHaveText("Tea");
  await expect(alice.page).toHaveURL(new RegExp(`/rooms/${tea.id}-`));
  await expect(alice.log.locator("blockquote")).toHaveText("Tea at five");
  await expect(alice.log.locator(".text a")).toHaveAttribute("href", new RegExp(`/rooms/1/m/${number}$`));
});
