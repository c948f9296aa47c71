// Going to a day of a room, without script.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("the menu leads to a day, and to the first message", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const said = await alice.rest.fill(3);
  await alice.page.reload();
  await alice.fromMenu("Jump to a date");
  await alice.page.getByLabel("Day").fill(said[0]!.timestamp.slice(0, 10));
  await alice.page.getByRole("button", { name: "Go there" }).click();
  await expect(alice.log.locator("[data-marked]")).toContainText("a line 1");
  await alice.page.goto(`${LOBBY}/date`);
  await alice.page.getByRole("link", { name: "First message" }).click();
  await expect(alice.log.locator("[data-marked]")).toContainText("a line 1");
});
