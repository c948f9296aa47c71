// Everything by links and forms, from the first page to the last. With script the same steps work, too.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("list, join, read, send: one is at the bottom, with the message", { tag: "@phone" }, async ({
  arrive,
  server,
}) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(60);
  const visitor = await arrive(null);
  await visitor.page.goto("/rooms/1-lobby");
  await visitor.settled();
  await expect(visitor.message("a line 60")).toBeInViewport();
  const bar = visitor.page.locator(".join-bar");
  await bar.getByLabel("Your name").fill("Alice");
  await bar.getByRole("button", { name: "Join" }).click();
  await expect(visitor.composer).toBeVisible();
  await visitor.settled();
  await visitor.say("Hello from a form");
  await expect(visitor.message("Hello from a form")).toBeInViewport();
  await expect(visitor.page).toHaveURL(new RegExp(`^${server.url}/rooms/1-lobby`));
  expect((await writer.rest.history()).at(-1)?.content).toBe("Hello from a form");
});

test("edit and delete one's own message", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const message = await alice.rest.post("Helo");
  await alice.page.goto(`${LOBBY}/m/${message.number}/edit`);
  await alice.page.getByLabel("Message").fill("Hello\nthere");
  await alice.page.getByRole("button", { name: "Save" }).click();
  const line = alice.log.locator(`#m${message.number}`);
  await expect(line.locator(".message-head .edited")).toBeVisible();
  await expect(line.locator(".text")).toHaveText("Hello\nthere");
  await alice.settled();
  await alice.actions(line).then((actions) => actions.getByRole("link", { name: "Delete" }).click());
  await alice.page.getByRole("button", { name: "Delete message" }).click();
  await expect(alice.log.locator(".removed")).toBeVisible();
});

test("leave, and delete what one made", async ({ arrive, javaScriptEnabled }) => {
  const alice = await arrive("Alice");
  const room = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${room.id}`);
  await alice.leave();
  await expect(alice.title).toHaveText("Tea");
  if (javaScriptEnabled === false) await expect(alice.looking).toContainText("You left this room.");
  await alice.looking.getByRole("button", { name: "Join" }).click();
  await expect(alice.looking).toHaveCount(0);
  await alice.leave();
  await expect(alice.looking).toBeVisible();
  await alice.fromMenu("Delete room");
  if (javaScriptEnabled === false) await expect(alice.title).toContainText("Delete Tea?");
  await alice.page
    .locator('[open] button[type="submit"], .page button[type="submit"]')
    .filter({ hasText: "Delete room" })
    .click();
  await expect(alice.roomLink("Lobby")).toBeVisible();
  await expect(alice.roomLink("Tea")).toHaveCount(0);
});
