// From 320 to 2560 pixels nothing sticks out sideways, and on a phone everything can be touched.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { PAGES, PLACES, becomeOwner, furnish } from "./support/places.js";
import { Guest } from "./support/rest.js";
import { CUT_OFF, expect, test } from "./support/test.js";

/** What sticks out of the window, by tag and class. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.querySelectorAll<HTMLElement>("body *")]
      .filter((el) => el.getBoundingClientRect().right > root.clientWidth + 1)
      .map((el) => `${el.tagName.toLowerCase()}.${el.className}`);
  });
}

const WIDTHS = [320, 390, 768, 1280, 2560];

for (const [looker, pages] of Object.entries(PAGES)) {
  test(`no page that ${looker} sees scrolls sideways`, async ({ arrive, server, tolerate }) => {
    test.slow();
    tolerate(/status of 4\d\d/);
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest, server.setupPath);
    const chat = looker === "Alice" ? maker : await arrive(null, "/join");
    if (looker === "the owner") await becomeOwner(chat, server.setupPath);
    for (const path of pages(made)) {
      await chat.visit(path);
      for (const width of WIDTHS) {
        await chat.page.setViewportSize({ width, height: 800 });
        expect.soft(await sticksOut(chat.page), `${path} at ${width} pixels`).toEqual([]);
      }
    }
  });
}

for (const place of PLACES) {
  test(`${place.name} has no sideways scroll`, async ({ arrive, server, tolerate }) => {
    tolerate(/status of 4\d\d/);
    tolerate(CUT_OFF);
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest, server.setupPath);
    const chat = place.as ? maker : await arrive(null, "/join");
    await place.open(chat, made);
    for (const width of WIDTHS) {
      await chat.page.setViewportSize({ width, height: 800 });
      expect(await sticksOut(chat.page), `at ${width} pixels`).toEqual([]);
    }
  });
}

test("60 rooms and 200 people: the page is as high as its window", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const rooms = [];
  for (let n = 10; n < 70; n += 1) rooms.push(await alice.rest.makeRoom(`Room ${n}`));
  const last = rooms.at(-1)!;
  await arrive("Bob", `/rooms/${last.id}`);
  await alice.rest.fill(40, "a line", last.id);
  const users = Array.from({ length: 200 }, (_, n) => `Person ${n}`);
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const far = socket.connectToServer();
    far.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { type: string };
      const isList = frame.type === "users_list";
      socket.send(isList ? JSON.stringify({ ...frame, users, count: users.length }) : text);
    });
  });
  for (const path of ["/", `/rooms/${last.id}`, `/rooms/${last.id}/m/1`]) {
    await alice.page.setViewportSize({ width: 1280, height: 800 });
    await alice.visit(path);
    await expect(alice.roomLink(last.name)).toBeAttached();
    if (path !== "/") await expect(alice.people.locator(".count")).toHaveText("200");
    for (const [width, height] of [[1280, 800], [1280, 300], [844, 390], [390, 844], [320, 180]]) {
      await alice.page.setViewportSize({ width: width!, height: height! });
      // On a phone the list of rooms is the page.
      if (path === "/" && width! < 720) continue;
      const high = () =>
        alice.page.evaluate(() => {
          const links = document.querySelectorAll(".room-list a");
          links[links.length - 1]?.scrollIntoView();
          window.scrollTo(0, 100_000);
          return [document.documentElement.scrollHeight, window.scrollY];
        });
      await expect.poll(high, `${path} at ${width} by ${height}`).toEqual([height, 0]);
    }
  }
});

/** How many lines of messages are seen at once. */
function linesInView(page: Page): Promise<number> {
  return page.evaluate(() => {
    const box = document.querySelector(".scroller")!.getBoundingClientRect();
    const edge = document.querySelector(".composer, .join-bar")!.getBoundingClientRect().top;
    const text = document.querySelector(".text")!;
    const high = Math.min(box.bottom, edge, window.innerHeight) - Math.max(box.top, 0);
    return high / parseFloat(getComputedStyle(text).lineHeight);
  });
}

for (const [width, height, hasTouch] of [
  [320, 180, false],
  [320, 180, true],
  [320, 150, false],
  [568, 120, true],
  [844, 190, true],
  [1000, 180, true],
] as const) {
  test.describe(`at ${width} by ${height}${hasTouch ? " with a finger" : ""}`, () => {
    test.use({ viewport: { width, height }, isMobile: hasTouch, hasTouch });

    test("three lines of messages can be read", async ({ arrive, wire, tolerate }) => {
      tolerate(CUT_OFF);
      const visitor = await arrive(null, "/rooms/1");
      const alice = await arrive("Alice", "/rooms/1", { via: wire });
      await alice.rest.fill(20);
      for (const chat of [visitor, alice]) {
        await expect(chat.message("a line 20")).toBeInViewport();
        expect(await linesInView(chat.page)).toBeGreaterThanOrEqual(3);
        expect(await sticksOut(chat.page)).toEqual([]);
      }
      await alice.composer.fill("one\ntwo\nthree\nfour\nfive");
      expect(await linesInView(alice.page)).toBeGreaterThanOrEqual(3);
      await alice.composer.fill("");
      wire.cut();
      await alice.isLost();
      await expect(alice.page.getByRole("button", { name: "Retry now" })).toBeInViewport();
      expect(await linesInView(alice.page)).toBeGreaterThanOrEqual(3);
    });

    if (height > 176) test("what gave way is there when one asks for the people and the menu", async ({ arrive }) => {
      const alice = await arrive("Alice", "/rooms/1");
      await alice.people.locator("summary").click();
      await expect(alice.people.getByText("Alice", { exact: true })).toBeInViewport();
      await alice.people.locator("summary").click();
      await alice.fromMenu("Change your name");
      await expect(alice.dialog).toBeVisible();
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  test("everything that is touched is at least 44 pixels", async ({ arrive, server }) => {
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest, server.setupPath);
    for (const path of ["/", `/rooms/${made.room}`, "/rooms/new"]) {
      await maker.visit(path);
      if (path.startsWith("/rooms/") && path !== "/rooms/new") await maker.menu.locator("summary").click();
      const small = await maker.page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("button, a.button, .sidebar a, a.back, a.me, summary, .menu-item, input:not([type=hidden], [type=checkbox]), textarea")]
          .filter((el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
          .map((el) => ({ el, box: el.getBoundingClientRect() }))
          .filter(({ box }) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(({ el, box }) => `${el.tagName.toLowerCase()}.${el.className} ${box.width}×${box.height}`),
      );
      expect(small, path).toEqual([]);
    }
  });

  test("a tap does not hit what comes up under it", async ({ arrive }) => {
    const alice = await arrive("Alice", "/rooms/1");
    await alice.say("One");
    await alice.say("Two");
    const time = await alice.message("Two").locator(".when").boundingBox();
    if (!time) throw new Error("The time of a message has a place.");
    await alice.page.touchscreen.tap(time.x + time.width / 2, time.y + time.height / 2);
    await expect(alice.message("Two")).toBeFocused();
    await expect(alice.page).not.toHaveURL(/\/m\//);
    await expect(alice.dialog).toBeHidden();
    await alice.actions(alice.message("Two"));
    await expect(alice.dialog.getByRole("link", { name: "Delete" })).toBeInViewport();
  });

  test("a room one opens is not covered by the keyboard", async ({ arrive }) => {
    const alice = await arrive("Alice");
    await alice.roomLink("Lobby").click();
    await expect(alice.composer).toBeVisible();
    await expect(alice.page.getByRole("main")).toBeFocused();
  });
});

test("a keyboard over the page leaves lines to read, and the field", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.fill(40);
  await alice.page.setViewportSize({ width: 390, height: 844 });
  // iOS tells of it here and nowhere else.
  await alice.page.addInitScript(() => {
    const view = Object.assign(new EventTarget(), { scale: 1, height: innerHeight, offsetTop: 0 });
    Object.defineProperty(window, "visualViewport", { value: view });
  });
  await alice.visit(LOBBY);
  const covered = (height: number, scale = 1) =>
    alice.page.evaluate(
      (seen) => {
        Object.assign(window.visualViewport ?? {}, seen);
        window.visualViewport?.dispatchEvent(new Event("resize"));
      },
      { height, scale },
    );
  const bottom = async () => {
    const box = await alice.composer.boundingBox();
    return box ? box.y + box.height : Number.NaN;
  };
  const before = await bottom();
  for (const height of [500, 400]) {
    await covered(height);
    await expect.poll(bottom).toBeLessThanOrEqual(height);
    const lines = await alice.messages.evaluateAll((rows, height) => {
      const isSeen = (row: Element) => {
        const log = row.closest(".scroller")?.getBoundingClientRect();
        const text = row.querySelector(".text")?.getBoundingClientRect();
        return log && text && text.top >= log.top && text.bottom <= Math.min(log.bottom, height);
      };
      return rows.filter(isSeen).length;
    }, height);
    expect(lines).toBeGreaterThanOrEqual(3);
    await expect(alice.messages.last()).toBeInViewport();
  }
  // Who looks closer is not covered.
  await covered(400, 2);
  await expect.poll(bottom).toBe(before);
  await covered(400);
  await covered(844);
  await expect.poll(bottom).toBe(before);
});
