// One's own messages can be changed and taken back; everybody sees it at once.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const field = ({ page }: Chat) => page.getByRole("textbox", { name: "Edit your message" });

test("↑ in an empty composer takes the last one", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Helo");
  await bob.say("What?");
  await alice.composer.press("ArrowUp");
  await expect(field(alice)).toBeFocused();
  await expect(field(alice)).toHaveValue("Helo");
  const [box, line] = [await field(alice).boundingBox(), await alice.messages.first().boundingBox()];
  expect(box?.width, "there is space to write").toBeGreaterThan((line?.width ?? 0) * 0.8);
  await field(alice).fill("Hello");
  await field(alice).press("Enter");
  for (const one of [alice, bob]) {
    await expect(one.message("Hello").locator(".edited")).toBeVisible();
  }
  await expect(alice.composer).toBeFocused();
  await expect(bob.messages).toHaveCount(2);
});

test("↑ moves the cursor when something is typed", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  await alice.composer.fill("More");
  await alice.composer.press("ArrowUp");
  await expect(field(alice)).toBeHidden();
});

test("Escape leaves the message as it was", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  await alice.message("Hello").hover();
  await alice.message("Hello").getByRole("link", { name: "Edit" }).click();
  await field(alice).fill("Changed");
  await field(alice).press("Escape");
  await expect(alice.message("Hello")).toBeVisible();
  await expect(alice.log.locator(".edited")).toHaveCount(0);
});

test("a removed message is gone for everybody, after a question", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Secret");
  await alice.message("Secret").hover();
  await alice.message("Secret").getByRole("button", { name: "Delete" }).click();
  await alice.confirm.click();
  for (const { log, page } of [alice, bob]) {
    await expect(log.locator(".removed")).toBeVisible();
    await expect(page.getByText("Secret")).toHaveCount(0);
  }
  await bob.page.reload();
  await expect(bob.log.locator(".removed")).toBeVisible();
  expect(await bob.page.content()).not.toContain("Secret");
});

test("others cannot", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Mine");
  await bob.message("Mine").hover();
  await expect(bob.message("Mine").getByRole("link", { name: "Edit" })).toHaveCount(0);
  await expect(bob.message("Mine").getByRole("button", { name: "Delete" })).toHaveCount(0);
});

test("what was typed into an edit is not lost with the connection", async ({ arrive, wire, tolerate }) => {
  tolerate(/WebSocket connection to|net::ERR_/);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await alice.say("Helo");
  await alice.composer.press("ArrowUp");
  await field(alice).fill("Hello, at length");
  wire.cut();
  await alice.isLost();
  await field(alice).press("Enter");
  wire.mend();
  await alice.isLive(30_000);
  if (await field(alice).isVisible()) {
    await expect(field(alice)).toHaveValue("Hello, at length");
    await field(alice).press("Enter");
  }
  await expect(alice.message("Hello, at length").locator(".edited")).toBeVisible();
});
