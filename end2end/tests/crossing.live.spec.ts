// What crosses on the way: answers and frames that come when one is somewhere else by then.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

/** Keeps the answers to a call back, as the server gave them, until they are let go. */
async function holdAnswers(page: Page, call: RegExp) {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let taken = 0;
  await page.route(call, async (route) => {
    const response = await route.fetch();
    taken += 1;
    await held;
    await route.fulfill({ response });
  });
  return {
    /** The server has answered. */
    areThere: () => expect.poll(() => taken).toBeGreaterThan(0),
    /** The page has the first one, and has drawn what it makes of it. */
    arrive: async () => {
      const answered = page.waitForResponse(call);
      letGo();
      await (await answered).finished();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
    },
  };
}

test("a question about a room is gone when another one is shown", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.rest.makeRoom("Cake");
  await alice.visit(`/rooms/${tea.id}`);
  const cake = await holdAnswers(alice.page, /rooms\/\d+\/open/);
  await alice.roomLink("Cake").click();
  await alice.fromMenu("Delete room");
  await expect(alice.dialog).toContainText("Tea");
  await cake.arrive();
  await expect(alice.title).toHaveText("Cake");
  await expect(alice.dialog).toBeHidden();
});

test("a room one kept at hand that is gone by now says nothing over what is said", async ({
  arrive,
  wire,
  tolerate,
}) => {
  tolerate(CUT_OFF);
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", `/rooms/${tea.id}`, { via: wire });
  let refusals = 0;
  bob.page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      refusals += String(payload).includes('"error"') ? 1 : 0;
    });
  });
  await bob.roomLink("Lobby").click();
  await expect(bob.title).toHaveText("Lobby");
  wire.cut();
  await bob.isLost();
  await alice.rest.deleteRoom(tea.id);
  await bob.page.context().clearCookies();
  wire.mend();
  await bob.isLive(40_000);
  await expect.poll(() => refusals).toBe(1);
  // The list of rooms comes after the refusal, and finds the room gone a second time.
  await expect(bob.roomLink("Tea")).toHaveCount(0);
  await expect(bob.notice).toContainText("Your session has ended.");
});

test("a room that was deleted while it came is not stayed in", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const maker = await arrive("Maker");
  const tea = await maker.rest.makeRoom("Tea");
  const opened = await holdAnswers(alice.page, /rooms\/\d+\/open/);
  await alice.roomLink("Tea").click();
  await opened.areThere();
  await maker.rest.deleteRoom(tea.id);
  await expect(alice.roomLink("Tea")).toHaveCount(0);
  await opened.arrive();
  await expect(alice.notice).toContainText("The room was deleted.");
  await expect(alice.title).toHaveText("Welcome");
});

test("leaving a room that is being deleted says that it was", async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", `/rooms/${tea.id}`);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await bob.page.route(/membership/, async (route) => {
    await held;
    await route.continue();
  });
  await bob.leave();
  await alice.rest.deleteRoom(tea.id);
  await expect(bob.notice).toContainText("The room Tea was deleted.");
  const answered = bob.page.waitForResponse(/membership/);
  letGo();
  await (await answered).finished();
  await bob.page.evaluate(() => new Promise(requestAnimationFrame));
  await expect(bob.notice).toContainText("The room Tea was deleted.");
});

test("a room that is left while the next one is on its way is left", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.rest.makeRoom("Tea");
  await alice.visit(LOBBY);
  const tea = await holdAnswers(alice.page, /rooms\/\d+\/open/);
  await alice.page.route(/membership/, async (route) => {
    await tea.areThere();
    await route.continue();
  });
  await alice.rest.joinRoom(1);
  await alice.leave();
  await alice.roomLink("Tea").click();
  await expect(alice.notice).toContainText("You left");
  await tea.arrive();
  await expect(alice.title).toHaveText("Tea");
  await expect(alice.page).toHaveURL(/-tea$/);
});

test("back and forth before the answer shows what the address says", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const messages = await alice.rest.fill(250);
  await alice.visit(`${LOBBY}/m/${messages[99]?.number}`);
  await expect(alice.log.locator("[data-marked]")).toContainText("a line 100");
  await alice.roomLink("Lobby").click();
  await expect(alice.message("a line 250")).toBeInViewport();
  const permalink = await holdAnswers(alice.page, /rooms\/\d+\/open/);
  await alice.page.goBack();
  await permalink.areThere();
  await alice.page.goForward();
  await permalink.arrive();
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(alice.message("a line 250")).toBeInViewport();
  await expect(alice.log.locator("[data-marked]")).toHaveCount(0);
});

test("what one types while a room comes stays in the room it was typed in", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(LOBBY);
  // From some moment on nothing is drawn any more.
  await alice.page.evaluate(() => {
    const draw = window.requestAnimationFrame.bind(window);
    const page = window as unknown as { stop: boolean };
    page.stop = false;
    window.requestAnimationFrame = (then) => (page.stop ? 0 : draw(then));
  });
  const opened = await holdAnswers(alice.page, /rooms\/\d+\/open/);
  await alice.roomLink("Tea").click();
  await alice.composer.fill("Meant for the lobby");
  await alice.page.evaluate(() => {
    (window as unknown as { stop: boolean }).stop = true;
  });
  void opened.arrive().catch(() => {});
  await expect(alice.page).toHaveTitle(/Tea/);
  await expect(alice.composer).toHaveValue("");
  await alice.composer.press("Enter");
  await alice.page.reload();
  await alice.settled();
  await alice.visit(LOBBY);
  await expect(alice.composer).toHaveValue("Meant for the lobby");
  expect(await alice.rest.history(tea.id)).toEqual([]);
});

test("messages that come after the list of rooms are counted with those before it", async ({
  arrive,
  wire,
  tolerate,
}) => {
  tolerate(CUT_OFF);
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${tea.id}`, { via: wire });
  await alice.roomLink("Lobby").click();
  await expect(alice.title).toHaveText("Lobby");
  wire.cut();
  await alice.isLost();
  await bob.rest.fill(3, "missed", tea.id);
  wire.mend();
  await alice.isLive(40_000);
  const unread = alice.roomLink("Tea").locator(".unread");
  await expect(unread).toContainText("3");
  await bob.rest.post("heard", tea.id);
  await expect(unread).toContainText("4");
});

test("what is read in one tab is read in another that was in the room before", async ({ arrive }) => {
  const bob = await arrive("Bob");
  const tea = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", `/rooms/${tea.id}`);
  const other = await alice.anotherTab(`/rooms/${tea.id}`);
  await alice.roomLink("Lobby").click();
  await expect(alice.title).toHaveText("Lobby");
  await other.roomLink("Lobby").click();
  await expect(other.title).toHaveText("Lobby");
  await bob.rest.fill(3, "a line", tea.id);
  await expect(alice.roomLink("Tea").locator(".unread")).toContainText("3");
  await other.page.bringToFront();
  await other.roomLink("Tea").click();
  await expect(other.message("a line 3")).toBeInViewport();
  await expect(alice.roomLink("Tea").locator(".unread")).toHaveCount(0);
});

test("who goes to another room types no more in the first", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.joinRoom(1);
  const tea = await alice.rest.makeRoom("Tea");
  const said: [number, boolean][] = [];
  alice.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const frame: { type: string; room_id: number; is_typing: boolean } = JSON.parse(String(payload));
      if (frame.type === "typing") said.push([frame.room_id, frame.is_typing]);
    });
  });
  await alice.visit(`/rooms/${tea.id}`);
  await alice.roomLink("Lobby").click();
  await expect(alice.title).toHaveText("Lobby");
  await alice.composer.pressSequentially("a");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await alice.composer.pressSequentially("b");
  await expect
    .poll(() => said)
    .toEqual([
      [1, true],
      [1, false],
      [tea.id, true],
    ]);
});

test("what was read is told before one goes to another room", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  const read: number[] = [];
  alice.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const frame: { type: string; room_id: number; seq: number } = JSON.parse(String(payload));
      if (frame.type === "read" && frame.room_id === tea.id) read.push(frame.seq);
    });
  });
  const bob = await arrive("Bob", "/me");
  await alice.visit(`/rooms/${tea.id}`);
  // From now on what waits waits for ever.
  await alice.page.evaluate(() => {
    window.setTimeout = (() => 0) as unknown as typeof window.setTimeout;
  });
  const { seq } = await bob.rest.post("Read me", tea.id);
  await expect(alice.message("Read me")).toBeVisible();
  await alice.roomLink("Lobby").click();
  await expect.poll(() => read).toContain(seq);
});
