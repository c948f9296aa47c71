// A house of more rooms than the sidebar lists: all of them are at /rooms/all, page by page.

import { expect, test } from "./support/test.js";

const ROOMS = 160;

test("a room that the sidebar does not list is found among all, and is listed from then on", { tag: "@phone" }, async ({
  arrive,
}) => {
  const bob = await arrive("Bob");
  const { page } = bob;
  const all = bob.sidebar.getByRole("link", { name: "Browse all rooms" });
  await expect(all, "the sidebar has all rooms").toHaveText("Browse all rooms (1)");
  const alice = await arrive("Alice", "/me");
  const made = ["Lobby", "Zzz attic"];
  for (let n = 1; n <= ROOMS; n += 1) made.push(`Room ${n}`);
  for (const name of made.slice(1)) await alice.rest.makeRoom(name);

  await bob.visit("/rooms");
  await expect(bob.sidebar.locator("li:has(a bdi)")).toHaveCount(50);
  await expect(all).toHaveText("Browse all rooms");
  await expect(bob.roomLink("Zzz attic")).toHaveCount(0);
  await all.click();
  await expect(bob.title).toHaveText("All rooms");
  const names = page.locator(".all-rooms bdi[id]");
  await expect(names).toHaveCount(100);
  const seen = await names.allTextContents();
  await page.getByRole("link", { name: "More rooms" }).click();
  await expect(names).toHaveCount(made.length - 100);
  seen.push(...(await names.allTextContents()));
  expect(seen.sort()).toEqual(made.sort());
  await expect(page.getByRole("link", { name: "More rooms" })).toHaveCount(0);

  await page.getByRole("link", { name: "Zzz attic" }).click();
  await bob.settled();
  await expect(bob.title).toHaveText("Zzz attic");
  await expect(page.locator(".room-list [aria-current=page]")).toContainText("Zzz attic");
  await bob.say("Who is up here?");
  await bob.visit("/rooms");
  await expect(bob.roomLink("Zzz attic")).toBeVisible();
  await bob.roomLink("Zzz attic").click();
  await expect(bob.message("Who is up here?")).toBeVisible();
});

test("all rooms are left as one came, and begin anew", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  for (let n = 1; n <= ROOMS; n += 1) await alice.rest.makeRoom(`Room ${n}`);
  const { page } = alice;
  await alice.visit("/rooms/all");
  const names = page.locator(".all-rooms bdi[id]");
  const first = await names.allTextContents();
  await page.getByRole("link", { name: "More rooms" }).click();
  await expect(names).toHaveCount(ROOMS + 1 - 100);
  await page.goBack();
  await expect(names).toHaveText(first);
  await page.goForward();
  await page.getByRole("link", { name: "From the beginning" }).click();
  await expect(names).toHaveText(first);
  await page.getByRole("link", { name: "Back to the start" }).click();
  await expect(alice.title).toHaveText("Welcome");
});
