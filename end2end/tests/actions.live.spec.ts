// What can be done with a message: beside it where one points, all of it in the panel.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a message is answered, and its text copied, from the panel", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { content } = await alice.rest.post("Where do we *meet*?\nAnd when?");
  const bob = await arrive("Bob", LOBBY);
  const asked = bob.messages.first();
  await (await bob.actions(asked)).getByRole("button", { name: "Copy text" }).click();
  await expect(bob.notice).toHaveText("Copied.");
  await expect(bob.dialog).toBeHidden();
  await bob.composer.focus();
  await bob.page.keyboard.press("ControlOrMeta+V");
  await expect(bob.composer).toHaveValue(content);
  await bob.composer.fill("");
  await (await bob.actions(asked)).getByRole("link", { name: "Reply" }).click();
  await expect(bob.page.locator(".replying")).toContainText("Alice");
  await bob.say("At noon");
  await expect(alice.message("At noon").locator(".quote")).toContainText("Where do we meet?");
});

test("a reaction from the panel is one", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Done");
  const bob = await arrive("Bob", LOBBY);
  await (await bob.actions(bob.message("Done"))).getByRole("button", { name: "React with 👍" }).click();
  await expect(alice.message("Done").locator(".reaction")).toHaveText("👍 1");
  await expect(bob.message("Done").locator(".reaction")).toHaveAttribute("aria-pressed", "true");
  await expect(bob.dialog).toBeHidden();
});

test("the actions are a list that keys go through, and Escape leads back", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Mine");
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  const more = alice.message("Mine").getByRole("link", { name: "More" });
  await more.focus();
  await keyboard.press("Enter");
  await expect(alice.dialog.locator(".deeds")).toBeVisible();
  await alice.dialog.getByRole("link", { name: "Edit" }).press("Enter");
  await expect(alice.page.getByRole("textbox", { name: "Edit your message" })).toBeFocused();
  await keyboard.press("Escape");
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  await more.focus();
  await keyboard.press("Enter");
  await expect(alice.dialog).toBeVisible();
  await keyboard.press("Escape");
  await expect(more).toBeFocused();
});

test("lifting the finger presses nothing that came up under it", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  if (!(await alice.hasTouch())) return;
  await alice.say("Mine");
  await alice.actions(alice.message("Mine"));
  const link = alice.dialog.getByRole("link", { name: "Edit" });
  // It takes a touch of its own.
  await link.tap();
  await expect(alice.page.getByRole("textbox", { name: "Edit your message" })).toBeVisible();
});
