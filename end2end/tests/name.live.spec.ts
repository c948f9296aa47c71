// The name can be changed later.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a new name is shown to everybody, and history keeps the old one", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Before");
  await alice.self("Alice").click();
  await expect(alice.dialog.getByLabel("Your name")).toHaveValue("Alice");
  await alice.dialog.getByLabel("Your name").fill("Alicia");
  await alice.confirm.click();
  await expect(alice.self("Alicia")).toBeVisible();
  await alice.say("After");
  await expect(bob.message("Before").locator(".author")).toHaveText("Alice");
  await expect(bob.message("After").locator(".author")).toHaveText("Alicia");
  await expect(bob.people.getByText("Alicia", { exact: true })).toBeVisible();
  await expect(bob.people.getByText("Alice", { exact: true })).toBeHidden();
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
