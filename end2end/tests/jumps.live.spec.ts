// Nothing moves that need not: where things are is measured before and after.

import type { Page } from "@playwright/test";
import { type Chat, LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

type Place = { text: string; x: number; y: number; height: number };

/** Where the texts of the log stand, from its start, so that a longer log is no other place. */
function places(chat: Chat): Promise<Place[]> {
  return chat.log.evaluate((log) => {
    const from = log.getBoundingClientRect();
    return [...log.querySelectorAll(".text, .day, .system")].map((el) => {
      const { x, y, height } = el.getBoundingClientRect();
      return { text: el.textContent ?? "", x: x - from.x, y: y - from.y, height };
    });
  });
}

/** Waits until nothing is drawn any more. */
const drawn = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

for (const [name, before] of [
  ["to an empty room", []],
  ["after somebody else", ["bob"]],
  ["after oneself", ["alice"]],
] as const) {
  test(`what is sent ${name} stands where it will when it is stored`, { tag: "@phone" }, async ({
    arrive,
    server,
  }) => {
    const bob = await arrive("Bob", "/me");
    const alice = await arrive("Alice", "/me");
    for (const who of before) await (who === "bob" ? bob : alice).rest.post("Before");
    await alice.visit(LOBBY);
    // The clock is known, and the socket is known as hers.
    await expect.poll(() => alice.page.evaluate(() => performance.now())).toBeGreaterThan(1_500);
    server.freeze();
    await alice.send("One");
    await alice.send("Two\nlines");
    await expect(alice.log.locator("[data-state]")).toHaveCount(2);
    await drawn(alice.page);
    const pending = await places(alice);
    const face = await alice.message("One").locator(".face").count();
    server.thaw();
    await alice.isSent("One");
    await expect(alice.log.locator("[data-state]")).toHaveCount(0);
    await drawn(alice.page);
    expect(await places(alice)).toEqual(pending);
    expect(await alice.message("One").locator(".face").count()).toBe(face);
    expect(face).toBe(name === "after oneself" ? 0 : 1);
  });
}

test("that it was edited moves nothing", { tag: "@phone" }, async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const long = "x".repeat(40);
  const posted = [];
  // Both ends are as wide.
  for (const text of ["First", `${long} ${long} ${long}`, "Third"]) posted.push(await bob.rest.post(`${text}ab`));
  const alice = await arrive("Alice", LOBBY);
  await expect(alice.message("Thirdab")).toBeVisible();
  const before = await places(alice);
  for (const { number, content } of posted) await bob.rest.edit(number, `${content.slice(0, -2)}ba`);
  await expect(alice.log.locator(".message-head .edited")).toHaveCount(3);
  await drawn(alice.page);
  const at = ({ x, y, height }: Place) => ({ x, y, height });
  expect((await places(alice)).map(at)).toEqual(before.map(at));
});

test("a notice covers neither the room's head nor the field", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.rest.fill(30);
  await alice.fromMenu("Copy link");
  await expect(alice.notice).not.toBeEmpty();
  const box = async (selector: string) => {
    const box = await alice.page.locator(selector).boundingBox();
    if (!box) throw new Error(`${selector} is not on the page.`);
    return { top: box.y, bottom: box.y + box.height };
  };
  const notice = await box(".notice");
  expect(notice.top).toBeGreaterThanOrEqual((await box(".room-heading")).bottom);
  expect(notice.bottom).toBeLessThanOrEqual((await box(".composer")).top);
});

test("the field is as high as its text when the window becomes narrow, where it has to be told", async ({
  arrive,
}) => {
  const alice = await arrive("Alice", "/me");
  // As browsers that do not know `field-sizing`.
  await alice.page.addInitScript(() => {
    CSS.supports = () => false;
    document.addEventListener("DOMContentLoaded", () => {
      const rule = "textarea { field-sizing: fixed !important }";
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rule);
      document.adoptedStyleSheets.push(sheet);
    });
  });
  await alice.visit(LOBBY);
  await alice.composer.fill("some words that wrap on a narrow screen ".repeat(6));
  const sizes = () =>
    alice.composer.evaluate((el: HTMLTextAreaElement) => ({ hidden: el.scrollHeight - el.clientHeight, height: el.clientHeight }));
  const wide = await sizes();
  expect(wide.hidden).toBeLessThanOrEqual(0);
  await alice.page.setViewportSize({ width: 500, height: 800 });
  await expect.poll(async () => (await sizes()).height).toBeGreaterThan(wide.height);
  await expect.poll(async () => (await sizes()).hidden).toBeLessThanOrEqual(0);
  await alice.page.setViewportSize({ width: 1280, height: 800 });
  await expect.poll(async () => (await sizes()).height).toBe(wide.height);
});

/** Whether a line of this element is as high as its letters, from the highest to the deepest. */
const isWhole = (selector: string) => {
  const el = document.querySelector<HTMLElement>(selector);
  if (!el) return `${selector} is not on the page`;
  const { font, lineHeight } = getComputedStyle(el);
  const canvas = document.createElement("canvas").getContext("2d")!;
  canvas.font = font;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = canvas.measureText("Ågjpqy");
  return parseFloat(lineHeight) >= Math.floor(up + down) ? "whole" : `${selector}: ${lineHeight} for ${up + down}`;
};

test("letters are whole, from the highest to the deepest", { tag: "@phone" }, async ({ arrive, tolerate }) => {
  tolerate(CUT_OFF);
  const alice = await arrive("Ågjpqy", "/me");
  const room = await alice.rest.makeRoom("Ågjpqy", "Ågjpqy");
  await alice.rest.post("Ågjpqy", room.id);
  await alice.visit(`/rooms/${room.id}`);
  for (const selector of [".author", ".text", "#room-title", ".members li", ".room-list bdi", ".me bdi", ".typing"]) {
    expect(await alice.page.evaluate(isWhole, selector)).toBe("whole");
  }
});
