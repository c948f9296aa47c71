// Combining marks without end: in the text of others they reach nothing else, and stop nobody.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const MARKS = "\u0301\u0308\u0323\u0332\u0353\u030b\u0317\u0361";

test("hundreds of marks are painted inside their own message and name", { tag: "@phone" }, async ({
  arrive,
}) => {
  const above = await arrive("Neighbour", "/me");
  const zalgo = await arrive(`Z${MARKS.slice(0, 4)}`, "/me");
  const reader = await arrive("Reader", "/me");
  await above.rest.post("Above");
  await zalgo.rest.post(`a${MARKS.repeat(40)}b`);
  await above.rest.post("Below");
  await reader.visit(LOBBY);
  await expect(reader.message("Below")).toBeVisible();
  const shots = async () => {
    const taken: Buffer[] = [];
    for (const text of ["Above", "Below"]) {
      taken.push(await reader.message(text).locator(".text").screenshot());
    }
    return taken;
  };
  const beside = await shots();
  await reader.messages.nth(1).evaluate((article) => {
    article.querySelector(".text")!.textContent = "ab";
    article.querySelector(".author")!.textContent = "Z";
  });
  (await shots()).forEach((plain, at) => expect(plain.equals(beside[at]!)).toBe(true));
});

test("fifty messages of ten thousand marks are there at once, and stored whole", async ({ arrive }) => {
  const writer = await arrive("Writer", "/me");
  const text = `a${"\u0301".repeat(9_998)}b`;
  for (let n = 0; n < 50; n += 1) await writer.rest.post(text);
  const reader = await arrive("Reader", "/me");
  const begun = Date.now();
  await reader.visit(LOBBY);
  // A page of history has an end in bytes, too: the rest comes as one scrolls.
  await expect(async () => {
    await reader.scrollToTop();
    await expect(reader.messages).toHaveCount(50, { timeout: 500 });
  }).toPass();
  await writer.rest.post("and on it goes");
  await expect(reader.message("and on it goes")).toBeAttached();
  expect(Date.now() - begun).toBeLessThan(15_000);
  await expect(reader.messages.first().locator(".text")).toHaveText(`a${"\u0301".repeat(8)}b`);
  await writer.rest.post(text);
  await expect(reader.messages.last().locator(".text")).toHaveText(`a${"\u0301".repeat(8)}b`);
  expect((await writer.rest.history()).at(-1)?.content).toBe(text);
});

test("the browser takes for marks what the server does", async ({ arrive, browser, server }) => {
  const isMark = /[\p{M}\p{DI}]/u;
  const isAssigned = /\P{Cn}/u;
  const isOne = (code: number) => isMark.test(String.fromCodePoint(code));
  // All marks, and what stands beside them. Surrogates are no characters.
  const edges: string[] = [];
  for (let code = 0xa0; code < 0xe_1000; code += 1) {
    const isEdge = isOne(code) || isOne(code - 1) || isOne(code + 1);
    if (code >> 11 === 0x1b || !isEdge || !isAssigned.test(String.fromCodePoint(code))) continue;
    edges.push(`a${String.fromCodePoint(code).repeat(9)}`);
  }
  expect(edges.length).toBeGreaterThan(2_400);
  const writer = await arrive("Writer", "/me");
  for (let at = 0; at < edges.length; at += 900) {
    await writer.rest.post(`${edges.slice(at, at + 900).join("")}b`);
  }
  await writer.visit(LOBBY);
  const live = await writer.log.locator(".text").allTextContents();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(server.url + LOBBY);
  const printed = await plain.locator(".log .text").allTextContents();
  await context.close();
  const cut = (lines: string[]) => lines.join("").split("a");
  expect(cut(live).length).toBe(edges.length + 1);
  const others = cut(printed);
  const apart = cut(live).filter((drawn, at) => drawn !== others[at]);
  expect(apart.map((drawn) => drawn.codePointAt(0)?.toString(16))).toEqual([]);
});
