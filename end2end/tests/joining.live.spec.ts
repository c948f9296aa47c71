// A name is asked for once, and kept.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a click on a room asks nothing; the bar below takes a name, once", { tag: "@phone" }, async ({
  arrive,
  server,
}) => {
  const visitor = await arrive(null);
  await visitor.roomLink("Lobby").click();
  await expect(visitor.title).toHaveText("Lobby");
  const bar = visitor.page.locator(".join-bar");
  await bar.getByLabel("Your name").fill("Alice");
  await expect(visitor.dialog).toBeHidden();
  await bar.getByRole("button", { name: "Join" }).click();
  await expect(visitor.composer).toBeFocused();
  await visitor.isLive();
  await visitor.say("I am here");

  const cookies = await visitor.page.context().cookies(server.url);
  const session = cookies.find((cookie) => cookie.name === "parlour_session");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  // 128 random bits are 22 characters of base64url.
  expect(session?.value.length).toBeGreaterThanOrEqual(22);

  // On a phone the rooms are behind the way back, elsewhere they are always there.
  await visitor.page.locator(".back:visible, .brand:visible").click();
  await visitor.roomLink("Lobby").click();
  await expect(visitor.composer).toBeVisible();
  await expect(bar).toHaveCount(0);
});

test("the history can be read before joining", async ({ arrive }) => {
  const bob = await arrive("Bob");
  await bob.rest.post("An old story");
  const visitor = await arrive(null, LOBBY);
  await expect(visitor.message("An old story")).toBeVisible();
  await expect(visitor.composer).toBeHidden();
  await bob.rest.post("A new story");
  await expect(visitor.message("A new story")).toBeVisible();
});

test("the bar under the messages takes a name, too", { tag: "@phone" }, async ({ arrive }) => {
  const visitor = await arrive(null, LOBBY);
  const bar = visitor.page.locator(".join-bar");
  await bar.getByLabel("Your name").fill("Alice");
  await bar.getByRole("button", { name: "Join" }).click();
  await expect(visitor.composer).toBeVisible();
  await visitor.isLive();
  await visitor.say("Hello");
});

test("a name that cannot be is said at the field", async ({ arrive, tolerate }) => {
  tolerate(/status of 4\d\d/);
  await arrive("Bob", LOBBY);
  const visitor = await arrive(null, LOBBY);
  const bar = visitor.page.locator(".join-bar");
  for (const name of ["   ", "x".repeat(33), "BOB"]) {
    await bar.getByLabel("Your name").fill(name);
    await bar.getByRole("button", { name: "Join" }).click();
    await expect(bar.getByLabel("Your name")).toHaveAccessibleDescription(/\S/);
    await expect(bar.getByLabel("Your name")).toHaveValue(name);
  }
});

test("the name is kept across tabs and restarts of the server", async ({ arrive, server, tolerate }) => {
  tolerate(/WebSocket connection to|net::ERR_/);
  const alice = await arrive("Alice", LOBBY);
  await server.stop();
  await server.up();
  const tab = await alice.page.context().newPage();
  await tab.goto("/");
  await expect(alice.inPage(tab).self("Alice")).toBeVisible();
  await tab.goto(LOBBY);
  await expect(tab.getByRole("textbox", { name: "Message", exact: true })).toBeVisible();
});
