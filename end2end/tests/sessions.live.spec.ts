// A session that is ended from another device, while its page is open.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a live page whose session is ended elsewhere says so, and sends nothing more", async ({ arrive, tolerate }) => {
  tolerate(/status of 401/);
  const alice = await arrive("Alice", "/me");
  await alice.page.getByLabel("Password (optional)", { exact: true }).fill("a kettle of green tea");
  await alice.page.getByRole("button", { name: "Save", exact: true }).click();
  await alice.visit(LOBBY);
  const elsewhere = await arrive(null, "/signin");
  await elsewhere.page.getByLabel("Your name", { exact: true }).fill("Alice");
  await elsewhere.page.getByLabel("Password", { exact: true }).fill("a kettle of green tea");
  await elsewhere.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await elsewhere.page.goto("/settings");
  await elsewhere.page.getByRole("button", { name: /^End / }).first().click();
  await alice.isLost();
  await expect(alice.connection.getByRole("status")).toHaveText("Your session has ended.");
  await alice.composer.fill("Is anybody there?");
  await alice.composer.press("Enter");
  await expect(alice.message("Is anybody there?")).toHaveAttribute("data-state", "queued");
  await elsewhere.visit(LOBBY);
  await expect(elsewhere.message("Is anybody there?")).toHaveCount(0);
});
