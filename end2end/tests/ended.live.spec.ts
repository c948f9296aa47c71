// The server says stop, or who one was is over: it is said, and nothing that was written is lost.

import { type Chat, LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

for (const [code, says] of [
  [4401, "Your session has ended."],
  [4409, "Somebody here has your name."],
  [4429, "Too much at once from here."],
] as const) {
  test(`closed with ${code}: it stays closed, says why, and comes back when asked`, async ({
    arrive,
    history,
  }) => {
    const alice = await arrive("Alice");
    let sockets = 0;
    let close = () => {};
    await alice.page.routeWebSocket(/\/ws$/, (socket) => {
      sockets += 1;
      socket.connectToServer();
      close = () => void socket.close({ code, reason: "Enough." });
    });
    await alice.visit(LOBBY);
    await alice.say("Before");
    close();
    await alice.isLost();
    await expect(alice.connection.getByRole("status")).toHaveText(says);
    await alice.send("Meanwhile");
    expect(sockets).toBe(1);
    await alice.connection.getByRole("button", { name: "Retry now" }).click();
    await alice.isSent("Meanwhile");
    await alice.isLive();
    expect(sockets).toBe(2);
    await history.holds();
  });
}

/** The session is gone, and the page learns it when it comes back. */
async function endSession(alice: Chat, wire: { cut(): void; mend(): void }) {
  wire.cut();
  await alice.isLost();
  await alice.send("Written as Alice");
  await alice.page.context().clearCookies();
  wire.mend();
  await alice.isLive(40_000);
  await expect(alice.notice).toContainText("Your session has ended.");
  await expect(alice.page.locator(".join-bar")).toBeVisible();
  await expect(alice.message("Written as Alice")).toHaveAttribute("data-state", "queued");
}

test("a session that ended: what waits goes when the same person is back", async ({
  arrive,
  wire,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const cookies = await alice.page.context().cookies();
  await endSession(alice, wire);
  await alice.page.context().addCookies(cookies);
  await alice.visit(LOBBY);
  await alice.isSent("Written as Alice");
  await expect.poll(() => alice.outbox()).toEqual([]);
  await history.holds();
});

test("a session that ended: nobody else sends it unasked", { tag: "@phone" }, async ({
  arrive,
  wire,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await endSession(alice, wire);
  const bar = alice.page.locator(".join-bar");
  await bar.getByLabel("Your name").fill("Alicia");
  await bar.getByRole("button", { name: "Join" }).click();
  const kept = alice.message("Written as Alice");
  await expect(kept).toHaveAttribute("data-state", "refused");
  await expect(kept).toContainText("You were somebody else when you wrote this.");
  expect(await alice.rest.history()).toEqual([]);
  await history.holds();
  await kept.getByRole("button", { name: "Retry" }).click();
  await alice.isSent("Written as Alice");
  await expect(kept.locator(".author")).toHaveText("Alicia");
});

test("a name that was changed in another tab is one's name here, too", async ({ arrive, wire }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const other = await alice.anotherTab("/me");
  await other.page.getByLabel("Your name").fill("Alicia");
  await other.page.getByRole("button", { name: "Save" }).click();
  await expect(other.self("Alicia")).toBeVisible();
  await alice.say("Who am I?");
  await expect(alice.message("Who am I?").locator(".author")).toHaveText("Alicia");
  wire.cut();
  await alice.isLost();
  wire.mend();
  await alice.isLive(40_000);
  await expect(alice.self("Alicia")).toBeVisible();
});
