// The program is slow to arrive: the page works as it is, and nothing typed meanwhile is lost.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const SLOW = 10_000;

test("what was typed before is still there after", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.page.route(/\.wasm$/, async (route) => {
    const answer = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, SLOW));
    await route.fulfill({ response: answer });
  });
  await alice.page.goto(LOBBY, { waitUntil: "commit" });
  await alice.composer.pressSequentially("Typed before the program came");
  await expect(alice.connection).not.toHaveAttribute("data-state", "live");
  await alice.isLive(SLOW + 10_000);
  await expect(alice.composer).toHaveValue("Typed before the program came");
  await expect(alice.composer).toBeFocused();
  await alice.composer.press("Control+Enter");
  await alice.isSent("Typed before the program came");
});

test("what was sent before goes as a form", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.page.route(/\.wasm$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, SLOW));
    await route.continue();
  });
  await alice.page.goto(LOBBY, { waitUntil: "commit" });
  await alice.composer.fill("Impatient");
  await alice.page.getByRole("button", { name: "Send" }).click();
  await alice.isSent("Impatient");
  await alice.page.unrouteAll({ behavior: "ignoreErrors" });
  await alice.visit(LOBBY);
  await expect(alice.message("Impatient")).toHaveCount(1);
});

test("messages of the time between are there when it has come", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const alice = await arrive("Alice", "/me");
  let arriving = () => {};
  const held = new Promise<void>((resolve) => (arriving = resolve));
  await alice.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await bob.rest.post("In the page");
  await alice.page.goto(LOBBY, { waitUntil: "commit" });
  await expect(alice.message("In the page")).toBeVisible();
  await bob.rest.post("Between page and program");
  arriving();
  await expect(alice.message("Between page and program")).toBeVisible();
});
