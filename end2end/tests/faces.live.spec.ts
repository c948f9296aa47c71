// Faces: who speaks is seen before it is read, and two people of one name are two.

import type { Locator } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** What a face shows: its letters and its colour. */
const look = (face: Locator) =>
  face.evaluate((el: HTMLElement) => ({
    letters: el.dataset["initials"],
    colour: getComputedStyle(el).backgroundColor,
    size: el.getBoundingClientRect().width,
  }));

test("in the log, among the people and in the typing line one has the same face", { tag: "@phone" }, async ({
  arrive,
}) => {
  const ann = await arrive("Ann Author", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await ann.say("Good morning");
  await ann.say("And more");
  await bob.say("Hello");
  const face = bob.message("Good morning").locator(".face");
  const inLog = await look(face);
  expect(inLog).toMatchObject({ letters: "AA", size: 36 });
  await expect(bob.message("And more").locator(".face"), "once a group").toHaveCount(0);
  const bobs = await look(bob.message("Hello").locator(".face"));
  expect(bobs.letters).toBe("B");
  expect(bobs.colour).not.toBe(inLog.colour);

  const folded = await bob.people.locator(".faces").isVisible();
  if (folded) await bob.people.locator("summary").click();
  const person = bob.people.getByRole("listitem").filter({ hasText: "Ann Author" });
  expect(await look(person.locator(".face"))).toEqual({ ...inLog, size: 24 });

  await expect(async () => {
    await ann.composer.pressSequentially("a");
    await expect(bob.typing.locator(".face[data-hue]")).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  expect(await look(bob.typing.locator(".face").first())).toEqual({ ...inLog, size: 16 });
});

test("two people of one name have two colours", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const twin = await arrive("Alice", "/me");
  await alice.rest.post("One");
  await twin.rest.post("Two");
  await twin.visit(LOBBY);
  const [one, two] = [
    await look(twin.message("One").locator(".face")),
    await look(twin.message("Two").locator(".face")),
  ];
  expect(one.letters).toBe(two.letters);
  expect(one.colour).not.toBe(two.colour);
});

test("a face is not read aloud, not found and not copied", async ({ arrive }) => {
  const alice = await arrive("Alice Liddell", LOBBY);
  await alice.say("Hello");
  await expect(alice.message("Hello").locator(".face")).toHaveAttribute("aria-hidden", "true");
  await expect(alice.page.getByText("AL", { exact: true })).toHaveCount(0);
  const text = await alice.page.evaluate(() => {
    document.getSelection()!.selectAllChildren(document.body);
    return document.getSelection()!.toString();
  });
  expect(text).not.toMatch(/\bAL\b/);
});

test("one's own name is told from others', and no line is painted for it", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await bob.say("Theirs");
  await alice.say("Mine");
  const style = (text: string, part: string, property: string) =>
    alice.message(text).locator(part).evaluate((el, name) => getComputedStyle(el).getPropertyValue(name), property);
  expect(await style("Mine", ".author", "color")).not.toBe(await style("Theirs", ".author", "color"));
  await alice.page.mouse.move(0, 0);
  const background = (text: string) =>
    alice.message(text).evaluate((el) => getComputedStyle(el).backgroundColor);
  expect(await background("Mine")).toBe(await background("Theirs"));
});
