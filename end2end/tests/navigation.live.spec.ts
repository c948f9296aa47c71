// Going from room to room: addresses, history, one socket and no page load.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test("rooms, back and forward use one page and one socket", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.rest.post("In the lobby");
  await alice.rest.post("At tea", tea.id);
  const sockets: string[] = [];
  const loads: string[] = [];
  alice.page.on("websocket", (socket) => sockets.push(socket.url()));
  alice.page.on("request", (request) => {
    if (request.isNavigationRequest()) loads.push(request.url());
  });
  await alice.visit("/");
  await alice.roomLink("Lobby").click();
  await expect(alice.page).toHaveURL(/\/rooms\/1-lobby$/);
  await expect(alice.message("In the lobby")).toBeVisible();
  await alice.roomLink("Tea").click();
  await expect(alice.page).toHaveURL(new RegExp(`/rooms/${tea.id}-tea$`));
  await expect(alice.page).toHaveTitle(/Tea/);
  await expect(alice.message("At tea")).toBeVisible();
  await alice.say("Still at tea");
  await alice.page.goBack();
  await expect(alice.title).toHaveText("Lobby");
  await expect(alice.message("In the lobby")).toBeVisible();
  await alice.page.goForward();
  await expect(alice.title).toHaveText("Tea");
  await expect(alice.message("Still at tea")).toBeVisible();
  await alice.page.goBack();
  await alice.page.goBack();
  await expect(alice.title).toHaveText("Welcome");
  expect(loads).toHaveLength(1);
  expect(sockets).toHaveLength(1);
});

test("a room that was left in the background is up to date when one comes back", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", LOBBY);
  await alice.roomLink("Tea").click();
  await expect(alice.page).toHaveURL(new RegExp(`/rooms/${tea.id}-tea$`));
  await bob.say("While you were out");
  await alice.roomLink("Lobby").click();
  await expect(alice.message("While you were out")).toBeInViewport();
});

test("a room that was slow to come and left again does not come later", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.rest.makeRoom("Tea");
  await alice.rest.fill(120);
  await alice.visit(LOBBY);
  let arriving = () => {};
  const held = new Promise<void>((resolve) => (arriving = resolve));
  await alice.page.route(/rooms\/\d+\/open/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.roomLink("Tea").click();
  await expect(alice.page.locator(".main")).toHaveAttribute("aria-busy", "true");
  await alice.roomLink("Lobby").click();
  await expect(alice.page.locator(".main")).not.toHaveAttribute("aria-busy");
  const answered = alice.page.waitForResponse(/rooms\/\d+\/open/);
  arriving();
  await (await answered).finished();
  await alice.scrollToTop();
  await expect(alice.message("a line 30")).toBeAttached();
  await expect(alice.title).toHaveText("Lobby");
});

test("rooms that come and go while the list is on its way are as they are afterwards", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  let read = () => {};
  let arriving = () => {};
  const isRead = new Promise<void>((resolve) => (read = resolve));
  const held = new Promise<void>((resolve) => (arriving = resolve));
  // The list, and what the server says after it, come late and in their order.
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const waiting: string[] = [];
    let isHolding = false;
    socket.connectToServer().onMessage((message) => {
      const frame = String(message);
      if (frame.startsWith('{"type":"rooms"')) {
        isHolding = true;
        read();
        void held.then(() => {
          isHolding = false;
          for (const late of waiting.splice(0)) socket.send(late);
        });
      }
      if (isHolding) waiting.push(frame);
      else socket.send(frame);
    });
  });
  await alice.visit(LOBBY);
  await isRead;
  await alice.rest.makeRoom("Cake");
  await alice.rest.deleteRoom(tea.id);
  arriving();
  await alice.say("By now the list is here");
  await expect(alice.sidebar.locator(".room-list bdi")).toHaveText(["Cake", "Lobby"]);
});

test("the open room is marked in the list", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.rest.makeRoom("Tea");
  await expect(alice.roomLink("Lobby")).toHaveAttribute("aria-current", "page");
  await alice.roomLink("Tea").click();
  await expect(alice.roomLink("Tea")).toHaveAttribute("aria-current", "page");
  await expect(alice.roomLink("Lobby")).not.toHaveAttribute("aria-current");
});

test("a permalink followed in the page marks the message without a page load", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const messages = await alice.rest.fill(60);
  await alice.visit(LOBBY);
  const loads: string[] = [];
  alice.page.on("request", (request) => {
    if (request.isNavigationRequest()) loads.push(request.url());
  });
  await alice.message("a line 55").locator(".when").click();
  await expect(alice.log.locator("[data-marked]")).toContainText("a line 55");
  await expect(alice.page).toHaveURL(new RegExp(`/m/${messages[54]?.number}`));
  expect(loads).toEqual([]);
});

test("from a message in its place to the end of the room, and back to the message", { tag: "@phone" }, async ({
  arrive,
}) => {
  const alice = await arrive("Alice");
  const messages = await alice.rest.fill(250);
  const permalink = `${LOBBY}/m/${messages[99]?.number}`;
  await alice.visit(permalink);
  const marked = alice.log.locator("[data-marked]");
  await expect(marked).toContainText("a line 100");
  await alice.jump.click();
  await expect(alice.message("a line 250")).toBeInViewport();
  await alice.visit(permalink);
  await expect(marked).toBeInViewport();
  await alice.page.evaluate((path) => {
    const link = document.querySelector<HTMLAnchorElement>(`nav a[href="${path}"]`);
    link?.click();
  }, LOBBY);
  await expect(alice.message("a line 250")).toBeInViewport();
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(marked).toHaveCount(0);
  await expect(alice.message("a line 100"), "it is not loaded any more").toHaveCount(0);
  await alice.page.goBack();
  await expect(marked).toContainText("a line 100");
  await expect(marked).toBeInViewport();
  await alice.page.goForward();
  await expect(alice.message("a line 250")).toBeInViewport();
});

test("back without a network: what is here opens, what is not leaves the page as it is", async ({
  arrive,
  tolerate,
}) => {
  tolerate(CUT_OFF);
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  const messages = await alice.rest.fill(250);
  await alice.visit(`${LOBBY}/m/${messages[99]?.number}`);
  await alice.roomLink("Lobby").click();
  await expect(alice.message("a line 250")).toBeInViewport();
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await alice.page.context().setOffline(true);
  await alice.page.goBack();
  await expect(alice.title).toHaveText("Lobby");
  await expect(alice.message("a line 250")).toBeInViewport();
  await alice.page.goBack();
  await expect(alice.notice).not.toBeEmpty();
  await expect(alice.title).toHaveText("Lobby");
  await expect(alice.message("a line 250")).toBeVisible();
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await alice.page.context().setOffline(false);
  await alice.isLive(40_000);
  await alice.roomLink("Tea").click();
  await expect(alice.page).toHaveURL(new RegExp(`/rooms/${tea.id}-tea$`));
  await alice.say("Back again");
});

test("a phone has a way back to the rooms", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.setViewportSize({ width: 390, height: 844 });
  await expect(alice.sidebar).toBeHidden();
  await alice.page.getByRole("link", { name: "All rooms" }).click();
  await expect(alice.roomLink("Lobby")).toBeVisible();
});
