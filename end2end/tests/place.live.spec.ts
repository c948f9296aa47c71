// Where one was reading: the message at the top is there again, to the pixel.

import { type Chat, LOBBY } from "./support/chat.js";
import type { Guest } from "./support/rest.js";
import { expect, test } from "./support/test.js";

const PHONE = { width: 390, height: 844 };
const TURNED = { width: 844, height: 390 };

/** Lines that break elsewhere at every width. */
async function fillTall(rest: Guest, count: number) {
  for (let n = 1; n <= count; n += 1) {
    await rest.post(`${n}: ${"words that go on and on ".repeat(1 + ((n * 7) % 13))}`);
  }
}

type Spot = { id: string; top: number };

/** That message stands there; what is above it may have come meanwhile. */
async function isAt(chat: Chat, { id, top }: Spot) {
  await expect(async () => {
    expect(Math.abs(((await chat.place(id)) ?? Number.NaN) - top)).toBeLessThan(1);
  }).toPass({ timeout: 10_000 });
}

/** Scrolls up, and says where that is once it is noted and what is fetched for it has come. */
async function readAt(chat: Chat, pixels: number): Promise<Spot> {
  const isDrawn = () =>
    chat.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await chat.scrollUp(pixels);
  await isDrawn();
  await expect(chat.page.locator("#main")).not.toHaveAttribute("aria-busy");
  await isDrawn();
  return chat.spot();
}

/** The same, where the message at the top begins there: of one that begins far above a part is kept. */
async function readFrom(chat: Chat, pixels: number): Promise<Spot> {
  const { top } = await readAt(chat, pixels);
  return readAt(chat, Math.ceil(Math.max(0, -top)));
}

test("back from another room one reads on where one was", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  await fillTall(alice.rest, 50);
  await alice.rest.fill(50, "At tea", tea.id);
  await alice.visit(LOBBY);
  const spot = await readAt(alice, 1_733);
  const follow = (path: string) =>
    alice.page.evaluate((path) => {
      document.querySelector<HTMLAnchorElement>(`nav a[href="${path}"]`)?.click();
    }, path);
  await follow(`/rooms/${tea.id}-tea`);
  await expect(alice.title).toHaveText("Tea");
  await expect(alice.message("At tea 50")).toBeInViewport();
  const atTea = await readAt(alice, 301);
  await alice.page.goBack();
  await expect(alice.title).toHaveText("Lobby");
  await isAt(alice, spot);
  await alice.page.goForward();
  await expect(alice.title).toHaveText("Tea");
  await isAt(alice, atTea);
  // Somebody who goes there by the list of rooms wants its end.
  await follow(LOBBY);
  await expect(alice.messages.last()).toBeInViewport();
  await alice.page.goBack();
  await isAt(alice, atTea);
});

test("back from a permalink, near or far, one reads on where one was", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const messages = await alice.rest.fill(250);
  await alice.visit(LOBBY);
  const spot = await readAt(alice, 411);
  await alice.log.locator(`#${spot.id} .when`).evaluate((el: HTMLElement) => el.click());
  await expect(alice.log.locator("[data-marked]")).toHaveCount(1);
  const marked = await readAt(alice, 97);
  await alice.page.goBack();
  await expect(alice.log.locator("[data-marked]")).toHaveCount(0);
  await isAt(alice, spot);
  await alice.page.goForward();
  await expect(alice.log.locator("[data-marked]")).toHaveCount(1);
  await isAt(alice, marked);
  await alice.page.goBack();
  await isAt(alice, spot);
  // Far back in the past, so that what was here is not any more.
  const far = `${LOBBY}/m/${messages[30]?.number}`;
  await alice.page.evaluate((path) => {
    const link = document.querySelector<HTMLAnchorElement>(".when");
    if (link) {
      link.href = path;
      history.pushState(null, "", path);
      dispatchEvent(new PopStateEvent("popstate"));
    }
  }, far);
  await expect(alice.log.locator("[data-marked]")).toContainText("a line 31");
  await expect(alice.message("a line 250")).toHaveCount(0);
  await alice.page.goBack();
  await isAt(alice, spot);
});

test("what was said meanwhile, a reload and a page without a room change nothing of it", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  const messages = await alice.rest.fill(120);
  await alice.visit(LOBBY);
  const spot = await readAt(alice, 555);
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await bob.rest.fill(30, "meanwhile");
  await bob.rest.fill(1, "At tea", tea.id);
  await expect(alice.message("At tea 1")).toBeVisible();
  await alice.page.goBack();
  await expect(alice.title).toHaveText("Lobby");
  await isAt(alice, spot);
  await alice.page.reload();
  await alice.settled();
  await isAt(alice, spot);
  await alice.page.goto("/me");
  // By now it is further back than a page goes.
  await bob.rest.fill(60, "later");
  await alice.page.goBack();
  await alice.settled();
  await isAt(alice, spot);
  expect(messages.length).toBe(120);
});

test("who was at the end comes back to the end", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", "/me");
  await bob.rest.fill(60);
  await alice.visit(LOBBY);
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await bob.rest.fill(5, "meanwhile");
  await alice.page.goBack();
  await expect(alice.message("meanwhile 5")).toBeInViewport();
  await alice.page.reload();
  await alice.settled();
  await expect(alice.message("meanwhile 5")).toBeInViewport();
});

test("a phone that is turned, and turned back, keeps the message at the top", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await fillTall(alice.rest, 50);
  await alice.page.setViewportSize(PHONE);
  await alice.visit(LOBBY);
  for (const pixels of [1_205, 333, 17]) {
    const spot = await readFrom(alice, pixels);
    await alice.page.setViewportSize(TURNED);
    await isAt(alice, spot);
    await alice.page.setViewportSize(PHONE);
    await isAt(alice, spot);
  }
});

test("any other width keeps it, too, and at the end one stays at the end", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await fillTall(alice.rest, 50);
  await alice.visit(LOBBY);
  await alice.page.setViewportSize({ width: 500, height: 800 });
  await expect(alice.messages.last()).toBeInViewport();
  const spot = await readFrom(alice, 900);
  for (const width of [700, 1000, 1400, 640, 500]) {
    await alice.page.setViewportSize({ width, height: 800 });
    await isAt(alice, spot);
  }
  await alice.scroller.evaluate((el) => el.scrollTo({ top: 0 }));
  await alice.page.setViewportSize(PHONE);
  await expect.poll(() => alice.scroller.evaluate((el) => el.scrollTop)).toBe(0);
  await expect(alice.messages.last()).toBeInViewport();
});

test("whatever becomes of the messages around it, it stays", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  await bob.rest.post("x\n".repeat(60) + "tall");
  const tall = await bob.rest.history();
  const lines = await bob.rest.fill(60);
  await alice.visit(LOBBY);
  await alice.page.setViewportSize({ width: 900, height: 600 });
  const spot = await readAt(alice, 500);
  const number = (n: number) => lines[n - 1]?.number ?? 0;
  // More are loaded above it; some grow there and below; a tall one becomes a tombstone.
  await expect(alice.message("a line 1")).toBeAttached();
  await isAt(alice, spot);
  await bob.rest.edit(number(10), "1\n2\n3\n4\n5\n6\n7\n8\n9");
  await expect(alice.log.locator(".message-head .edited")).toHaveCount(1);
  await isAt(alice, spot);
  await bob.rest.remove(number(10));
  await expect(alice.log.locator(".removed")).toHaveCount(1);
  await isAt(alice, spot);
  await bob.rest.edit(number(58), "1\n2\n3\n4\n5\n6\n7\n8\n9");
  await expect(alice.log.locator(".message-head .edited")).toHaveCount(1);
  await isAt(alice, spot);
  await bob.rest.remove(tall[0]?.number ?? 0);
  await expect(alice.log.locator(".removed")).toHaveCount(2);
  await isAt(alice, spot);
  await bob.rest.fill(20, "a new line");
  await expect(alice.jump).toHaveText(/^20 new/);
  await isAt(alice, spot);
  // One's own from another tab, first on its way and then stored.
  const other = await alice.anotherTab(LOBBY);
  await other.say("From another tab\nin two lines");
  await expect(alice.message("From another tab\nin two lines")).toBeAttached();
  await isAt(alice, spot);
  // A form above it opens and is closed again; a style that comes late makes all of it larger.
  await alice.composer.fill("1\n2\n3\n4");
  await isAt(alice, spot);
  const lower = await alice.scroller.evaluate((el) => el.clientHeight);
  await alice.composer.fill("");
  await expect.poll(() => alice.scroller.evaluate((el) => el.clientHeight)).toBeGreaterThan(lower);
  await isAt(alice, spot);
  // Of a message that becomes taller what stays is its end.
  const message = alice.log.locator(`#${spot.id}`);
  const end = await alice.end(message);
  const was = (await message.boundingBox())?.height ?? 0;
  await alice.page.evaluate(() => {
    const style = document.querySelector<HTMLElement>(".log");
    if (style) style.style.fontSize = "1.125rem";
  });
  await expect.poll(async () => (await message.boundingBox())?.height).toBeGreaterThan(was);
  await expect.poll(async () => Math.abs((await alice.end(message)) - end)).toBeLessThan(1);
});
