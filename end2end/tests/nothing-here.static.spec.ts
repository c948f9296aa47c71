// Addresses of nothing.

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
