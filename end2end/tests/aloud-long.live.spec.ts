// A hundred changes of a room, as somebody follows them who does not see it: what is said, and the tree that a screen
// reader goes through.

import { readFile, writeFile } from "node:fs/promises";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const RECORDED = new URL("aloud-long.aria.yml", import.meta.url);

test("of a hundred changes each new message is said once, and the tree is that of a new page", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  const heard = await alice.page.locator(".announcer").evaluateHandle((region) => {
    const said: string[] = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes) if (node.textContent) said.push(node.textContent);
    }).observe(region, { childList: true, subtree: true });
    return said;
  });
  const expected: string[] = [];
  for (let round = 1; round <= 20; round += 1) {
    const { number } = await bob.rest.post(`**thought** ${round}`);
    expected.push(`Bob: thought ${round}`);
    await bob.rest.react(number, "🎉");
    await bob.rest.reply(number, `more of ${round}`);
    expected.push(`Bob in reply to Bob: more of ${round}`);
    await bob.rest.edit(number, `thought ${round}, again`);
    if (round % 4 === 0) await bob.rest.remove(number);
    else await bob.rest.unreact(number, "🎉");
  }
  await expect(alice.messages).toHaveCount(40);
  await expect(alice.message("more of 20")).toBeVisible();
  await expect(alice.log.locator(".removed")).toHaveCount(5);
  await expect(alice.log.locator(".reaction")).toHaveCount(0);
  expect(await heard.jsonValue()).toEqual(expected);
  // Times are of now, and where one points is no part of it.
  const tree = async () => {
    await alice.page.mouse.move(0, 0);
    await alice.composer.focus();
    return `${await alice.log.ariaSnapshot()}\n`.replaceAll(/\d\d:\d\d/g, "00:00").replaceAll(/\/people\/\d+/g, "/people/1");
  };
  const live = await tree();
  await alice.page.reload();
  await alice.settled();
  await expect(alice.messages).toHaveCount(40);
  expect(live).toBe(await tree());
  if (process.env["PARLOUR_RECORD"] === "aria") await writeFile(RECORDED, live);
  expect(live).toBe(await readFile(RECORDED, "utf8"));
});
