// What emoji are chosen from, in the panel: by keys alone, by a search as one types, by touch; for a reaction, and in a
// text.

import { AxeBuilder } from "@axe-core/playwright";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a reaction is chosen by keys alone, and seen by everybody", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await bob.say("Tea is ready");
  const hers = alice.message("Tea is ready");
  const { keyboard } = alice.page;
  const way = hers.getByRole("link", { name: "React", exact: true });
  await hers.focus();
  while (!(await way.evaluate((link) => link === document.activeElement))) await keyboard.press("Tab");
  await keyboard.press("Enter");
  const panel = alice.page.getByRole("dialog", { name: "React" });
  const often = panel.getByRole("group", { name: "Often used" });
  await expect(often.getByRole("button", { name: "thumbs up" })).toBeFocused();
  // The keys come with a file of their own.
  await expect(often.getByRole("button", { name: "red heart" })).toHaveAttribute("tabindex", "-1");
  await keyboard.press("ArrowRight");
  await expect(often.getByRole("button", { name: "red heart" })).toBeFocused();
  await keyboard.press("ArrowDown");
  const smileys = panel.getByRole("group", { name: "Smileys" });
  await expect(smileys.locator(":focus")).toHaveCount(1);
  await keyboard.press("ArrowUp");
  await expect(often.locator(":focus")).toHaveCount(1);
  expect((await new AxeBuilder({ page: alice.page }).include("#panel").analyze()).violations).toEqual([]);
  // Given up, and opened again.
  await keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(way).toBeFocused();
  await keyboard.press("Enter");
  await expect(often.getByRole("button", { name: "thumbs up" })).toBeFocused();
  // Letters go into the search, which finds as one types.
  await keyboard.type("birthday");
  await expect(panel.getByRole("searchbox")).toHaveValue("birthday");
  await expect(panel.getByRole("group", { name: "Found" }).getByRole("button", { name: "birthday cake" })).toBeVisible();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(panel).toBeHidden();
  await expect(bob.message("Tea is ready").getByRole("button", { name: "🎂 1" })).toBeVisible();
  await expect(hers.getByRole("button", { name: "🎂 1" })).toHaveAttribute("aria-pressed", "true");
  await expect(hers, "the focus is in the message").toHaveJSProperty("isConnected", true);
  // What was taken last stands first.
  await hers.hover();
  await way.click();
  await expect(often.getByRole("button").first()).toHaveAccessibleName("birthday cake");
});

test("one group and one tone are shown at a time", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  await alice.message("Hello").hover();
  await alice.message("Hello").getByRole("link", { name: "React", exact: true }).click();
  const panel = alice.page.getByRole("dialog", { name: "React" });
  await panel.getByRole("link", { name: "People" }).click();
  await expect(panel.getByRole("group", { name: "People" })).toBeVisible();
  await expect(panel.getByRole("group", { name: "Smileys" })).toHaveCount(0);
  await expect(panel.getByRole("link", { name: "People" })).toBeFocused();
  await panel.getByRole("link", { name: "Dark", exact: true }).click();
  await panel.getByRole("button", { name: "waving hand" }).click();
  await expect(panel).toBeHidden();
  await expect(alice.message("Hello").getByRole("button", { name: "👋🏿 1" })).toBeVisible();
});

test("an emoji comes at the cursor of what one writes", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("one two");
  await alice.composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(4, 4));
  await alice.page.getByRole("link", { name: "Emoji" }).click();
  const panel = alice.page.getByRole("dialog", { name: "Emoji" });
  await expect(panel.locator(".emoji [tabindex='-1']").first()).toBeAttached();
  await panel.getByRole("searchbox").fill("tada");
  await panel.getByRole("group", { name: "Found" }).getByRole("button", { name: "party popper" }).click();
  await expect(panel).toBeHidden();
  await expect(alice.composer).toHaveValue("one 🎉two");
  await expect(alice.composer).toBeFocused();
});

test("a reaction that is refused says why", async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  const { number } = await bob.rest.post("Gone soon");
  await alice.message("Gone soon").hover();
  await alice.message("Gone soon").getByRole("link", { name: "React", exact: true }).click();
  const panel = alice.page.getByRole("dialog");
  await expect(panel.getByRole("button", { name: "party popper" }).first()).toBeVisible();
  await bob.rest.remove(number);
  await panel.getByRole("button", { name: "party popper" }).first().click();
  await expect(panel).toContainText("There is no such message");
  await panel.getByRole("button", { name: "Close" }).click();
  await expect(panel).toBeHidden();
});
