// What is copied out of a room.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("across messages: author, time and text, and nothing of what one can do with them", async ({
  arrive,
}) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  await alice.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await bob.rest.post("From Bob");
  await alice.say("First of Alice");
  await alice.say("Second of Alice");
  const { number } = await alice.rest.post("Third");
  await alice.rest.edit(number, "Third, changed");
  await bob.rest.post("Bob again");
  await expect(alice.message("Third, changed")).toBeVisible();
  await expect(alice.message("Bob again")).toBeVisible();
  const corner = async (text: string) => {
    const box = await alice.message(text).locator(".text").boundingBox();
    if (!box) throw new Error("It is not on the page.");
    return box;
  };
  const [from, to] = [await corner("From Bob"), await corner("Bob again")];
  const head = await alice.message("From Bob").locator(".author").boundingBox();
  const { mouse, keyboard } = alice.page;
  // Beside the name: in a link no browser begins to select.
  await mouse.move(head!.x - 4, head!.y + 3);
  await mouse.down();
  await mouse.move(from.x + 30, from.y + 5, { steps: 4 });
  await mouse.move(to.x + to.width - 2, to.y + to.height - 2, { steps: 4 });
  await mouse.up();
  await keyboard.press("ControlOrMeta+c");
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  const lines = copied.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const spoken = lines.join("\n").replace(/\b\d\d:\d\d\b/g, "TIME");
  expect(spoken.replace(/\s+/g, " ")).toBe(
    "Bob TIME From Bob Alice TIME First of Alice Alice TIME Second of Alice " +
      "Alice TIME Third, changed Bob TIME Bob again",
  );
});

test("all of the page: no Edit, no Delete, and nothing twice", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Mine");
  await bob.rest.post("Not mine");
  await expect(alice.message("Not mine")).toBeVisible();
  await alice.scroller.click();
  const copied = await alice.page.evaluate(() => {
    document.getSelection()!.selectAllChildren(document.body);
    return document.getSelection()!.toString();
  });
  expect(copied).not.toMatch(/Edit|Delete(?! room)/);
  expect(copied.match(/Not mine/g)).toHaveLength(1);
});

test("code is copied as it was written, by the button beside it", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await alice.rest.post("```rust\nfn main() {\n    a(\"b\"); // c\n}\n```");
  await expect(alice.log.locator("pre [data-token=comment]")).toHaveText("// c");
  await alice.log.locator("pre").hover();
  await alice.log.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(alice.notice).toContainText("Copied.");
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe('fn main() {\n    a("b"); // c\n}');
});
