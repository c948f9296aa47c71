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
