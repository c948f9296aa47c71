// From 320 to 2560 pixels nothing sticks out sideways, and on a phone everything can be touched.

import type { Page } from "@playwright/test";
import { PLACES, furnish } from "./support/places.js";
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

for (const place of PLACES) {
  test(`${place.name} has no sideways scroll`, async ({ arrive, server, tolerate }) => {
    tolerate(/status of 4\d\d/);
    tolerate(CUT_OFF);
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest);
    const chat = place.as ? maker : await arrive(null, "/join");
    await place.open(chat, made);
    for (const width of [320, 390, 768, 1280, 2560]) {
      await chat.page.setViewportSize({ width, height: 800 });
      expect(await sticksOut(chat.page), `at ${width} pixels`).toEqual([]);
    }
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  test("everything that is touched is at least 44 pixels", async ({ arrive, server }) => {
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest);
    for (const path of ["/", `/rooms/${made.room}`, "/rooms/new"]) {
      await maker.visit(path);
      const small = await maker.page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("button, a.button, a.room-link, a.back, a.me, summary, input:not([type=hidden]), textarea")]
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
    await expect(alice.message("Two").getByRole("button", { name: "Delete" })).toBeInViewport();
  });

  test("a room one opens is not covered by the keyboard", async ({ arrive }) => {
    const alice = await arrive("Alice");
    await alice.roomLink("Lobby").click();
    await expect(alice.composer).toBeVisible();
    await expect(alice.page.getByRole("main")).toBeFocused();
  });
});
