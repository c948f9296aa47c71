// What a wide window has over: a column that can be read, and a thread beside the room.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PROSE = "The quick brown fox jumps over the lazy dog while everybody else is watching. ".repeat(8);

test.describe("on a wide window", () => {
  test.use({ viewport: { width: 1600, height: 900 } });

  test("a line of text has at most 75 characters", async ({ arrive }) => {
    const alice = await arrive("Alice", LOBBY);
    await alice.rest.post(PROSE);
    const text = alice.messages.last().locator(".text");
    await expect(text).toBeVisible();
    const longest = () =>
      text.evaluate((element) => {
        const node = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
        if (!node) return 0;
        const range = document.createRange();
        const lines = new Map<number, number>();
        for (let at = 0; at < (node.textContent ?? "").length; at += 1) {
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          const top = Math.round(range.getBoundingClientRect().top);
          lines.set(top, (lines.get(top) ?? 0) + 1);
        }
        return Math.max(...lines.values());
      });
    expect(await longest()).toBeLessThanOrEqual(75);
    expect(await longest()).toBeGreaterThan(60);
  });

  test("a thread is read beside the room, which stays in use", async ({ arrive }) => {
    const alice = await arrive("Alice", LOBBY);
    const bob = await arrive("Bob", LOBBY);
    const { number } = await alice.rest.post("A question");
    await bob.rest.reply(number, "One answer");
    await alice.message("A question").locator(".replies a").click();
    const texts = alice.dialog.locator(".text");
    await expect(texts).toHaveText(["A question", "One answer"]);
    // Neither covers the other.
    const [room, thread] = [await alice.composer.boundingBox(), await alice.dialog.boundingBox()];
    expect(room && thread && room.x + room.width <= thread.x).toBe(true);
    await alice.composer.fill("half a");
    await bob.rest.reply(number, "Another one");
    await expect(texts).toHaveText(["A question", "One answer", "Another one"]);
    await expect(alice.composer, "nothing takes the focus away").toBeFocused();
    await alice.composer.press("End");
    await alice.composer.pressSequentially(" sentence");
    await expect(alice.composer).toHaveValue("half a sentence");
    await alice.composer.press("Enter");
    await expect(bob.message("half a sentence")).toBeVisible();
    await alice.dialog.getByLabel("Answer").fill("Thanks");
    await alice.dialog.getByLabel("Answer").press("Escape");
    await expect(alice.dialog).toBeHidden();
    await expect(alice.page.locator(".members")).toBeVisible();
  });

  test("what is asked over the room takes the place of the thread", async ({ arrive }) => {
    const alice = await arrive("Alice", LOBBY);
    const { number } = await alice.rest.post("A question");
    await alice.rest.reply(number, "An answer of one's own");
    await alice.message("A question").locator(".replies a").click();
    await expect(alice.dialog.locator(".text")).toHaveCount(2);
    await (await alice.actions(alice.message("A question"))).getByRole("link", { name: "Open the thread" }).click();
    await expect(alice.dialog.locator(".text")).toHaveCount(2);
    await expect(alice.page.locator("dialog:modal")).toHaveCount(0);
    await alice.page.keyboard.press("Control+k");
    await expect(alice.page.locator("dialog:modal")).toBeVisible();
    await alice.page.keyboard.press("Escape");
    await expect(alice.dialog).toBeHidden();
  });

  test("another room closes the thread of this one", async ({ arrive }) => {
    const alice = await arrive("Alice", LOBBY);
    await alice.rest.makeRoom("Attic");
    const { number } = await alice.rest.post("A question");
    await alice.rest.reply(number, "An answer");
    await alice.message("A question").locator(".replies a").click();
    await expect(alice.dialog).toBeVisible();
    await alice.roomLink("Attic").click();
    await expect(alice.page).toHaveURL(/attic/);
    await expect(alice.dialog).toBeHidden();
  });
});
