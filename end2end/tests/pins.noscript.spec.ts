// What is pinned in a room, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("the menu of the room leads to what is pinned, and from there to the message", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { number } = await alice.rest.post("Read this first");
  await alice.rest.pin(number);
  await alice.page.reload();
  await expect(alice.log.locator(`#m${number}[data-pinned]`)).toBeVisible();
  await alice.fromMenu("Pinned messages");
  await expect(alice.page.getByRole("heading", { name: "Pinned messages" })).toBeVisible();
  await alice.page.locator(".mentions a").click();
  await expect(alice.log.locator("[data-marked]")).toContainText("Read this first");
  await alice.page.goto(`${LOBBY}/pins`);
  await alice.page.getByRole("button", { name: "Unpin" }).click();
  await expect(alice.page.getByRole("status")).toHaveText("Nothing is pinned here.");
});
