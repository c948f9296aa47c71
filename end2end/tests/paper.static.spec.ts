// A room on paper: what was said, by whom and when, and nothing else.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** What would be printed, line by line. */
const FULL = /^\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d:\d\d( UTC)?$/;

test("every message that is loaded, with author and full time, and nothing else", { tag: "@phone" }, async ({
  arrive,
}) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.fill(45);
  const { number } = await alice.rest.post("To be changed");
  await alice.rest.edit(number, "Changed\nin two lines");
  await alice.visit(LOBBY);
  await expect(alice.message("a line 45")).toBeVisible();
  await alice.page.emulateMedia({ media: "print" });
  const printed = () => alice.page.evaluate(() => {
    const isShown = (el: Element) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement!;
      const hasPlace = parent.getClientRects().length > 0 && getComputedStyle(parent).fontSize !== "0px";
      const text = walker.currentNode.textContent!.trim();
      if (text !== "" && hasPlace && isShown(parent)) texts.push(text);
      const full = parent.matches("time") ? getComputedStyle(parent, "::after") : undefined;
      if (full && isShown(parent)) texts.push(full.content.slice(1, -1));
    }
    const log = document.querySelector(".log")!.getBoundingClientRect();
    return { texts, isWhole: log.bottom + window.scrollY <= document.documentElement.scrollHeight };
  });
  const said = [...Array.from({ length: 45 }, (_, n) => `a line ${n + 1}`), "Changed\nin two lines"];
  // A page without script takes a moment to be the one on paper.
  await expect.poll(async () => (await printed()).texts.length).toBe(3 * said.length);
  const { texts, isWhole } = await printed();
  texts.forEach((text, at) => {
    if (at % 3 === 1) expect(text).toMatch(FULL);
    else expect(text).toBe(at % 3 === 0 ? "Alice" : said[Math.floor(at / 3)]);
  });
  expect(isWhole).toBe(true);
});

test("on as many pages as it needs", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  for (let n = 0; n < 45; n += 1) await alice.rest.post(`${n}\n`.repeat(12));
  await alice.visit(LOBBY);
  const paper = await alice.page.pdf({ format: "A4" });
  const pages = paper.toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0;
  // 45 times thirteen lines, of which some fifty go on a page.
  expect(pages).toBeGreaterThanOrEqual(10);
  expect(pages).toBeLessThanOrEqual(16);
});
