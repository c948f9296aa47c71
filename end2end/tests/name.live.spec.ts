// The name can be changed later.

import { type Chat, LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

const PASSWORD = "a kettle of green tea";

/** What a message shows of its author. */
const author = (chat: Chat, text: string) => chat.message(text).locator(".author");
const face = (chat: Chat, text: string) => chat.message(text).locator(".face");

test("a new name is shown to everybody, also beside what is there already", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const carol = await arrive(null, LOBBY);
  await alice.say("Before");
  await bob.say("Between");
  await expect(author(carol, "Before")).toHaveText("Alice");
  await alice.self("Alice").click();
  await expect(alice.dialog.getByLabel("Your name")).toHaveValue("Alice");
  await alice.dialog.getByLabel("Your name").fill("Robin");
  await alice.confirm.click();
  await expect(alice.self("Robin")).toBeVisible();
  for (const one of [alice, bob, carol]) {
    await expect(author(one, "Before")).toHaveText("Robin");
    await expect(face(one, "Before")).toHaveAttribute("data-initials", "R");
    await expect(author(one, "Between")).toHaveText("Bob");
  }
  await alice.say("After");
  await expect(author(bob, "After")).toHaveText("Robin");
  const folded = await bob.people.locator(".faces").isVisible();
  if (folded) await bob.people.locator("summary").click();
  await expect(bob.people.getByText("Robin", { exact: true })).toBeVisible();
  await expect(bob.people.getByText("Alice", { exact: true })).toHaveCount(0);
  // A page that is loaded says the same, and goes on saying it once it is live.
  await bob.visit(LOBBY);
  await expect(author(bob, "Before")).toHaveText("Robin");
});

test("what is fetched by scrolling is shown under the name of now", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.fill(70);
  const bob = await arrive("Bob", LOBBY);
  await alice.rest.rename("Robin");
  await expect(author(bob, "a line 70")).toHaveText("Robin");
  await expect(async () => {
    await bob.scrollToTop();
    await expect(bob.message("a line 1")).toBeAttached({ timeout: 500 });
  }).toPass();
  await expect(author(bob, "a line 1")).toHaveText("Robin");
  await expect(bob.log.locator(".author").filter({ hasText: "Alice" })).toHaveCount(0);
});

test("a name that was given while one was away is there when one is back", async ({ arrive, tolerate, wire }) => {
  tolerate(CUT_OFF);
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  const bob = await arrive("Bob", LOBBY, { via: wire });
  await expect(author(bob, "Hello")).toHaveText("Alice");
  wire.cut();
  await bob.isLost();
  await alice.rest.rename("Robin");
  wire.mend();
  await bob.isLive(40_000);
  await expect(author(bob, "Hello")).toHaveText("Robin");
});

test("what a guest wrote is the account's that they sign in to, for everybody", async ({ arrive }) => {
  const account = await arrive(null, "/join");
  await account.page.getByLabel("Your name").fill("Zoe");
  await account.page.getByLabel("Password (optional)").fill(PASSWORD);
  await account.page.getByRole("button", { name: "Join", exact: true }).click();
  await account.visit(LOBBY);
  await account.say("From my desk");
  const guest = await arrive("Al", LOBBY);
  await guest.say("From the train");
  const bob = await arrive("Bob", LOBBY);
  const card = await author(bob, "From my desk").getAttribute("href");
  await expect(author(bob, "From the train")).not.toHaveAttribute("href", card ?? "");
  await guest.page.goto(`/signin?next=${LOBBY}`);
  await guest.page.getByLabel("Your name").fill("Zoe");
  await guest.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await guest.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await guest.settled();
  // They are one group now, under one face that leads to one card.
  for (const one of [bob, account, guest]) {
    await expect(author(one, "From the train")).toHaveText("Zoe");
    await expect(face(one, "From the train")).toHaveCount(0);
    await expect(author(one, "From my desk")).toHaveAttribute("href", card ?? "");
  }
  // On the other device, too, it is one's own.
  for (const one of [account, guest]) {
    await expect(one.message("From the train")).toHaveAttribute("data-own");
    await one.message("From the train").hover();
    await expect(one.message("From the train").getByRole("link", { name: "Edit" })).toBeVisible();
  }
  await expect(bob.message("From the train")).not.toHaveAttribute("data-own");
});

test("the name of somebody who is here is refused at the field", async ({ arrive, tolerate }) => {
  tolerate(/status of 422/);
  await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.self("Alice").click();
  await alice.dialog.getByLabel("Your name").fill("bob");
  await alice.confirm.click();
  await expect(alice.dialog.getByLabel("Your name")).toHaveAccessibleDescription(/\S/);
});

test("what tells two of one name apart stands beside the name, and once a group", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const twin = await arrive("Alice", "/me");
  await alice.rest.post("One");
  await alice.rest.post("Two");
  await twin.visit(LOBBY);
  await twin.say("Three");
  const head = (text: string) => twin.message(text).locator(".message-head");
  const box = async (text: string, part: string) => {
    const box = await head(text).locator(part).boundingBox();
    if (!box) throw new Error(`There is no ${part} at ${text}.`);
    return box;
  };
  const name = await box("One", ".author bdi");
  const number = await box("One", ".namesake");
  expect(number.x).toBeGreaterThan(name.x + name.width);
  expect(number.y).toBeLessThan(name.y + name.height);
  expect(number.y + number.height).toBeGreaterThan(name.y);
  // What goes on says it to who cannot see, and takes no room.
  await expect(head("Two").locator(".namesake")).toHaveText(/^#\d+$/);
  expect((await box("Two", ".author")).width).toBeLessThanOrEqual(1);
  expect((await box("Two", ".author")).height).toBeLessThanOrEqual(1);
});
