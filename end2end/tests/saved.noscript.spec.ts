// What one has saved for oneself, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("saved messages are one's own list, with the way to each", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { number } = await alice.rest.post("Keep this");
  await alice.page.goto(`${LOBBY}/m/${number}/actions`);
  await alice.page.getByRole("button", { name: "Save for later" }).click();
  await alice.page.goto("/rooms/all");
  await alice.page.getByRole("link", { name: "Saved messages" }).click();
  await alice.page.locator(".mentions a").click();
  await expect(alice.log.locator("[data-marked]")).toContainText("Keep this");
  await alice.page.goto("/saved");
  await alice.page.getByRole("button", { name: "Remove from saved" }).click();
  await expect(alice.page.getByRole("status")).toHaveText("You have saved no message.");
});
