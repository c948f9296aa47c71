// Reactions, while people talk: a button below the message, pressed for whose reaction it is.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a reaction is seen by everybody at once, and taken back by who made it", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await bob.say("Tea is ready");
  const hers = alice.message("Tea is ready");
  const his = bob.message("Tea is ready");
  await hers.hover();
  await hers.getByRole("button", { name: "React with 👍" }).click();
  const button = { name: "👍 1" };
  await expect(hers.getByRole("button", button)).toHaveAttribute("aria-pressed", "true");
  await expect(his.getByRole("button", button)).toHaveAttribute("aria-pressed", "false");
  await his.getByRole("button", button).click();
  await expect(hers.getByRole("button", { name: "👍 2" })).toHaveAttribute("aria-pressed", "true");
  // The page that is loaded anew shows what the live one did.
  await alice.page.reload();
  await alice.isLive();
  await hers.getByRole("button", { name: "👍 2" }).click();
  await expect(his.getByRole("button", button)).toHaveAttribute("aria-pressed", "true");
  await expect(hers.getByRole("button", button)).toHaveAttribute("aria-pressed", "false");
  await expect(alice.page.locator(".announcer")).not.toContainText("👍");
  // Who wrote is told that somebody reacted, and that is all.
  await expect(bob.page.locator(".announcer")).toContainText("1 reaction to your message");
});

test("one's own is pressed at once, keeps the focus, and is taken back when it is refused", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", "/me");
  let isHolding = false;
  let refuse = () => {};
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (!isHolding || !String(message).includes('"react"')) return server.send(message);
      refuse = () =>
        socket.send('{"type":"error","code":"rate_limited","message":"Not so fast.","room_id":1,"retry_after_ms":1000}');
    });
  });
  const { number } = await bob.rest.post("Tea is ready");
  await alice.visit(LOBBY);
  const hers = alice.message("Tea is ready");
  await bob.message("Tea is ready").hover();
  await bob.message("Tea is ready").getByRole("button", { name: "React with 👍" }).click();
  isHolding = true;
  await hers.getByRole("button", { name: "👍 1" }).hover();
  await expect(hers.getByRole("button", { name: "👍 1" })).toHaveAttribute("title", "Bob");
  await hers.getByRole("button", { name: "👍 1" }).click();
  await expect(hers.getByRole("button", { name: "👍 2" })).toHaveAttribute("aria-pressed", "true");
  await expect(hers.getByRole("button", { name: "👍 2" })).toBeFocused();
  refuse();
  await expect(hers.getByRole("button", { name: "👍 1" })).toHaveAttribute("aria-pressed", "false");
  await expect(alice.notice).toContainText("Not so fast.");
  // Who reacted is said to who comes there, and on a page of its own.
  await hers.getByRole("button", { name: "👍 1" }).focus();
  await expect(hers.getByRole("button", { name: "👍 1" })).toHaveAccessibleDescription("Bob");
  await alice.visit(`${LOBBY}/m/${number}/reactions`);
  await expect(alice.page.locator(".who li")).toHaveText(["Bob"]);
});

test("a thousand people react within ten seconds, and the page stays smooth", async ({ arrive }) => {
  test.slow();
  const alice = await arrive("Alice", "/me");
  let say = (_: string) => {};
  let seq = 0;
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    say = (frame) => socket.send(frame);
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const { type, room_id, seq: at } = JSON.parse(String(message));
      if (type === "welcome" && room_id === 1) seq = at;
      socket.send(message);
    });
  });
  const { number } = await alice.rest.post("Who comes?");
  await alice.visit(LOBBY);
  await expect(alice.message("Who comes?")).toBeVisible();
  await expect.poll(() => seq, "how far the room is").toBeGreaterThan(0);
  await alice.page.evaluate(() => {
    const page = window as unknown as { long: number[] };
    page.long = [];
    // A long task is one of more than 50 ms.
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) page.long.push(duration);
    });
    observer.observe({ type: "longtask" });
  });
  for (let at = 0; at < 1_000; at += 1) {
    seq += 1;
    const [emoji, user_id] = [["👍", "🎉", "❤️"][at % 3], 10_000 + at];
    say(JSON.stringify({ type: "reaction", room_id: 1, number, seq, emoji, user_id, on: true }));
    // Some two to a frame.
    if (at % 2 === 1) await alice.page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const buttons = alice.message("Who comes?").locator(".reaction");
  await expect(buttons).toHaveText(["👍 334", "🎉 333", "❤️ 333"]);
  const long = await alice.page.evaluate(() => (window as unknown as { long: number[] }).long);
  // Of some five hundred frames one in a hundred may be late: another process has the processor, too.
  expect(long.length, `milliseconds of the long tasks: ${long.join(", ")}`).toBeLessThanOrEqual(5);
  await expect(alice.page.locator(".announcer")).toContainText(/\d+ reactions to your message/);
});
