// Answering a message: what is quoted, where it leads, and what becomes of it when that changes.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("an answer quotes what it answers for everybody, and leads there and back", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Where is it?");
  await bob.message("Where is it?").hover();
  await bob.message("Where is it?").getByRole("link", { name: "Reply", exact: true }).click();
  await expect(bob.composer).toBeFocused();
  await expect(bob.page.locator(".replying")).toContainText("Reply to Alice");
  await bob.say("Behind you");
  await expect(bob.page.locator(".replying")).toBeHidden();
  for (const reader of [alice, bob]) {
    const quote = reader.message("Behind you").locator(".quote");
    await expect(quote).toHaveText("Alice Where is it?");
  }
  await alice.message("Behind you").locator(".quote a").click();
  await expect(alice.page).toHaveURL(/\/m\/\d+$/);
  await expect(alice.log.locator("[data-marked]")).toContainText("Where is it?");
  await alice.page.goBack();
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(alice.message("Behind you")).toBeVisible();
});

test("a quote follows what is quoted, and says when that is gone", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const { number } = await alice.rest.post("First words");
  await bob.rest.reply(number, "An answer");
  const quote = alice.message("An answer").locator(".quote");
  await expect(quote).toContainText("First words");
  await alice.rest.edit(number, "Other words\nof two lines");
  await expect(quote).toHaveText("Alice Other words");
  await alice.rest.remove(number);
  await expect(quote).toHaveText("Alice This message was removed.");
});

test("what is answered is kept with the draft, and given up by Escape", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("A question");
  await alice.page.keyboard.press("Shift+Tab");
  await alice.page.keyboard.press("ArrowUp");
  await alice.page.keyboard.press("r");
  await expect(alice.composer).toBeFocused();
  const replying = alice.page.locator(".replying");
  await expect(replying).toContainText("A question");
  await alice.composer.fill("half an");
  await alice.page.reload();
  await expect(replying).toContainText("A question");
  await expect(alice.composer).toHaveValue("half an");
  await alice.composer.press("Escape");
  await expect(replying).toBeHidden();
  await expect(alice.composer).toHaveValue("half an");
});

test("a thread opens over the room, shows what comes, and takes an answer", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const { number } = await alice.rest.post("A question");
  await alice.rest.post("Something else");
  await bob.rest.reply(number, "One answer");
  const replies = alice.message("A question").locator(".replies");
  await expect(replies).toHaveText("1 reply");
  await replies.getByRole("link").click();
  const texts = alice.dialog.locator(".text");
  await expect(texts).toHaveText(["A question", "One answer"]);
  await bob.rest.reply(number, "Another one");
  await expect(texts).toHaveText(["A question", "One answer", "Another one"]);
  await alice.dialog.getByLabel("Answer").fill("Thanks");
  await alice.dialog.getByRole("button", { name: "Send" }).click();
  await expect(texts).toHaveText(["A question", "One answer", "Another one", "Thanks"]);
  await alice.page.keyboard.press("Escape");
  await expect(replies).toHaveText("3 replies");
  await expect(bob.message("Thanks").locator(".quote")).toHaveText("Alice A question");
  await expect(bob.message("A question").locator(".replies")).toHaveText("3 replies");
});
