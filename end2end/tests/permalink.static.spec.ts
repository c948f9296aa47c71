// Every message has an address that opens the room around it.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("opens the page around the message and marks it", { tag: "@phone" }, async ({ arrive }) => {
  const writer = await arrive("Writer");
  const messages = await writer.rest.fill(250);
  const number = messages[124]?.number ?? 0;
  const reader = await arrive("Reader", `${LOBBY}/m/${number}#m${number}`);
  const marked = reader.log.locator("[data-marked]");
  await expect(marked).toHaveCount(1);
  await expect(marked).toContainText("a line 125");
  await expect(marked).toBeInViewport();
  await expect(reader.message("a line 120")).toBeAttached();
  await expect(reader.message("a line 130")).toBeAttached();
  await expect(reader.message("a line 1")).toHaveCount(0);
  await expect(reader.message("a line 250")).toHaveCount(0);
});

test("the time of a message is its address", async ({ arrive }) => {
  const writer = await arrive("Writer");
  const message = await writer.rest.post("Remember this");
  const reader = await arrive("Reader", LOBBY);
  await reader.message("Remember this").locator(".when").click();
  await expect(reader.page).toHaveURL(new RegExp(`/rooms/1-lobby/m/${message.number}`));
  await expect(reader.log.locator("[data-marked]")).toContainText("Remember this");
});

test("only the room's number counts", async ({ arrive }) => {
  const reader = await arrive("Reader", "/rooms/1-whatever-it-was-called");
  await expect(reader.title).toHaveText("Lobby");
});

test("a message that never was is a page with a way back", async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const { page } = await arrive("Reader");
  const answer = await page.goto(`${LOBBY}/m/999999`);
  expect(answer?.status()).toBe(404);
  await page.getByRole("main").getByRole("link").first().click();
  await expect(page.getByRole("navigation", { name: "Rooms" })).toBeVisible();
});
