// Where one writes.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("Enter sends and Shift+Enter breaks the line", { tag: "@phone" }, async ({ arrive }) => {
  const { composer, messages } = await arrive("Alice", LOBBY);
  await composer.pressSequentially("One");
  await composer.press("Shift+Enter");
  await composer.pressSequentially("Two");
  await expect(composer).toHaveValue("One\nTwo");
  await composer.press("Enter");
  await expect(composer).toHaveValue("");
  await expect(composer).toBeFocused();
  await expect(messages).toHaveCount(1);
  expect(await messages.locator(".text").innerText()).toBe("One\nTwo");
});

test("nothing visible is nothing to send", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.send("  \n ");
  await alice.composer.fill("");
  await alice.say("Something");
  await expect(alice.messages).toHaveCount(1);
});

test("grows with the text and shrinks again", async ({ arrive }) => {
  const { composer } = await arrive("Alice", LOBBY);
  const height = () => composer.evaluate((el) => el.getBoundingClientRect().height);
  const one = await height();
  await composer.fill("1\n2\n3\n4\n5");
  await expect.poll(height).toBeGreaterThan(one * 2);
  await composer.fill("");
  await expect.poll(height).toBe(one);
});

test("the counter shows near the limit, and more than it is not sent", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const counter = alice.page.locator(".counter");
  await alice.composer.fill("x".repeat(5_000));
  await expect(counter).toBeEmpty();
  await alice.composer.fill("x".repeat(9_950));
  await expect(counter).toHaveText(/9.?950 \/ 10.?000/);
  await alice.send("x".repeat(10_001));
  await expect(alice.composer).toHaveAccessibleDescription(/at most 10000 characters/);
  await expect(alice.composer).toHaveValue("x".repeat(10_001));
  await expect(alice.messages).toHaveCount(0);
});

test("each room keeps its own draft, over a reload as well", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.rest.makeRoom("Tea");
  await alice.roomLink("Lobby").click();
  await alice.composer.fill("For the lobby");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await expect(alice.composer).toHaveValue("");
  await alice.composer.fill("For tea");
  await alice.roomLink("Lobby").click();
  await expect(alice.composer).toHaveValue("For the lobby");
  await alice.page.reload();
  await alice.settled();
  await expect(alice.composer).toHaveValue("For the lobby");
});
