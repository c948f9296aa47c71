// What a message said before it was edited, in the panel over the room.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("edited opens what was said before, and its author drops a version", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { number } = await alice.rest.post("See you at five");
  await alice.rest.edit(number, "See you at six");
  await alice.rest.edit(number, "See you there at six");
  const bob = await arrive("Bob", LOBBY);
  for (const person of [bob, alice]) {
    await person.message("See you there at six").locator("a.edited").click();
    const panel = person.page.getByRole("dialog", { name: "Earlier versions" });
    await expect(panel.locator(".revisions > li")).toHaveCount(3);
    await expect(panel.locator("del")).toHaveText("five");
    await expect(panel.locator("ins")).toHaveText([/there/, "six"]);
    if (person === bob) {
      await expect(panel.getByRole("button", { name: "Forget this version" })).toHaveCount(0);
      await panel.getByRole("button", { name: "Close" }).click();
      await expect(panel).toBeHidden();
    } else {
      await panel.getByRole("button", { name: "Forget this version" }).last().click();
      await expect(person.page.locator(".revisions > li")).toHaveCount(2);
    }
  }
});

test("who edits finds what others can read", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Helo");
  const line = alice.message("Helo");
  await line.hover();
  await line.getByRole("link", { name: "Edit" }).click();
  await line.getByRole("link", { name: "Earlier versions" }).click();
  const panel = alice.page.getByRole("dialog", { name: "Earlier versions" });
  await expect(panel).toContainText("No earlier version is kept.");
});
