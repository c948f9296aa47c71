// Addresses of nothing.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

for (const path of ["/nowhere", "/rooms/999", "/rooms/-1", "/rooms/x", "/rooms/9007199254740993"]) {
  test(`${path} is a 404 page with a way back`, async ({ chat, page, tolerate }) => {
    tolerate(/status of 404/);
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(404);
    await expect(chat.title).toBeVisible();
    await page.getByRole("main").getByRole("link").first().click();
    await expect(chat.roomLink("Lobby")).toBeVisible();
  });
}

test("a page of nothing keeps the rooms, and says first what it is", { tag: "@phone" }, async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice", "/me");
  await alice.rest.makeRoom("Tea");
  const { page } = alice;
  await page.goto("/rooms/999");
  await expect(alice.sidebar.locator("bdi")).toHaveText(["Lobby", "Tea"]);
  await expect(alice.title).toBeInViewport();
  const { width } = page.viewportSize()!;
  const [said, rooms] = [await alice.title.boundingBox(), await alice.sidebar.boundingBox()];
  if (width < 720) expect(said!.y).toBeLessThan(rooms!.y);
  else expect(rooms!.x + rooms!.width).toBeLessThanOrEqual(said!.x);
  await alice.roomLink("Lobby").click();
  await expect(page).toHaveURL(new RegExp(`${LOBBY}$`));
});
