// A link to a message: what becomes of it once one reads on, and how one is given to somebody.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const transparent = "rgba(0, 0, 0, 0)";

test("who goes to the end, or sends, is at the room's own address", { tag: "@phone" }, async ({ arrive, history }) => {
  const alice = await arrive("Alice", "/me");
  const messages = await alice.rest.fill(250);
  const permalink = `${LOBBY}/m/${messages[99]?.number}`;
  const marked = alice.log.locator("[data-marked]");
  await alice.visit(permalink);
  await expect(marked).toContainText("a line 100");
  // To read around it is to be there still.
  await alice.scrollUp(200);
  await expect(alice.page).toHaveURL(new RegExp(`${permalink}$`));
  await alice.jump.click();
  await expect(alice.message("a line 250")).toBeInViewport();
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(marked).toHaveCount(0);
  // A reload shows the end, and Back leads to where one came from.
  await alice.page.reload();
  await alice.settled();
  await expect(alice.message("a line 250")).toBeInViewport();

  await alice.visit(permalink);
  await expect(marked).toBeInViewport();
  await alice.say("An answer");
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(alice.message("An answer")).toBeInViewport();
  await expect(marked).toHaveCount(0);
  await history.holds();
});

test("who scrolls to the end is at the room's own address, and a message at the end keeps its own", async ({
  arrive,
}) => {
  const alice = await arrive("Alice", "/me");
  const messages = await alice.rest.fill(40);
  await alice.visit(`${LOBBY}/m/${messages[9]?.number}`);
  await expect(alice.message("a line 10")).toBeInViewport();
  await alice.scroller.evaluate((el) => el.scrollTo({ top: 0, behavior: "instant" }));
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  const last = `${LOBBY}/m/${messages[39]?.number}`;
  await alice.visit(last);
  await expect(alice.log.locator("[data-marked]")).toBeInViewport();
  await alice.isLive();
  await expect(alice.page).toHaveURL(new RegExp(`${last}$`));
});

test("the mark fades, and the message looks like the others", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const messages = await alice.rest.fill(3);
  const bob = await arrive("Bob", `${LOBBY}/m/${messages[1]?.number}`);
  const ground = () =>
    bob.message("a line 2").evaluate((el) => getComputedStyle(el).backgroundColor);
  await bob.page.mouse.move(0, 0);
  expect(await ground()).not.toBe(transparent);
  await expect.poll(ground, { timeout: 15_000 }).toBe(transparent);
});

test("the link to a message is copied, and leads there", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(3);
  const alice = await arrive("Alice", LOBBY);
  await alice.page.context().grantPermissions(["clipboard-read"]);
  const line = alice.message("a line 2");
  const actions = await alice.actions(line);
  await actions.getByRole("button", { name: "Copy link" }).click();
  await expect(alice.notice).toHaveText("Copied.");
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await bob.visit(copied);
  await expect(bob.log.locator("[data-marked]")).toContainText("a line 2");
});
