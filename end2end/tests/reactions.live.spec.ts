// Reactions, while people talk: a button below the message, pressed for whose reaction it is.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a reaction is seen by everybody at once, and taken back by who made it", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await bob.say("Tea is ready");
  const hers = alice.message("Tea is ready");
  const his = bob.message("Tea is ready");
  await hers.hover();
  await hers.getByRole("button", { name: "React with 👍" }).click();
  const button = { name: "👍 1" };
  await expect(hers.getByRole("button", button)).toHaveAttribute("aria-pressed", "true");
  await expect(his.getByRole("button", button)).toHaveAttribute("aria-pressed", "false");
  await his.getByRole("button", button).click();
  await expect(hers.getByRole("button", { name: "👍 2" })).toHaveAttribute("aria-pressed", "true");
  // The page that is loaded anew shows what the live one did.
  await alice.page.reload();
  await alice.isLive();
  await hers.getByRole("button", { name: "👍 2" }).click();
  await expect(his.getByRole("button", button)).toHaveAttribute("aria-pressed", "true");
  await expect(hers.getByRole("button", button)).toHaveAttribute("aria-pressed", "false");
  await expect(alice.page.locator(".announcer")).not.toContainText("👍");
});
