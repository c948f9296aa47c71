// Away for a while, however long and for whatever reason: one is where one was, and what one sees is
// what a fresh page shows.

import { type Chat, LOBBY } from "./support/chat.js";
import type { Guest, Message } from "./support/rest.js";
import { CUT_OFF, expect, test } from "./support/test.js";

const YEARS = 10 * 365 * 24 * 3_600_000;

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

/** So many changes, each of another message: of ten, eight are new, one is an edit, one a deletion. */
async function change(by: Guest, count: number, old: Message[]) {
  for (let n = 1; n <= count; n += 1) {
    const target = n % 10 === 3 || n % 10 === 7 ? old.pop() : undefined;
    if (!target) await by.post(`missed ${n}`);
    else if (n % 10 === 3) await by.edit(target.number, `${target.content}, changed`);
    else await by.remove(target.number);
  }
  await by.post("the last one missed");
}

/** At its end the room looks as it does to somebody who comes now. */
async function endsAsFresh(chat: Chat, fresh: Chat) {
  await expect(async () => {
    const shown = await chat.shown();
    expect(shown.slice(-50)).toEqual(await fresh.shown());
    expect(new Set(shown).size).toBe(shown.length);
  }).toPass();
}

for (const missed of [1, 41, 129, 301, 2_001]) {
  const tag = missed === 129 ? "@phone" : [];
  test(`${missed} missed: one is still where one read`, { tag }, async ({ arrive, wire, history }) => {
    test.setTimeout(120_000);
    const bob = await arrive("Bob");
    const old = await bob.rest.fill(Math.max(100, Math.ceil(missed / 5)));
    const alice = await arrive("Alice", LOBBY, { via: wire });
    await alice.scrollUp(900);
    await expect(alice.messages, "older ones have come").toHaveCount(100);
    const anchor = await alice.topmost();
    const read = Number((await anchor.getAttribute("id"))?.slice(1));
    const before = await alice.end(anchor);
    wire.cut();
    await alice.isLost();
    await change(bob.rest, missed, old.filter((message) => message.number !== read));
    wire.mend();
    await alice.isLive(40_000);
    await expect(alice.jump).toBeVisible();
    await expect(alice.page.locator(".main")).not.toHaveAttribute("aria-busy");
    await expect
      .poll(async () => Math.abs((await alice.end(anchor)) - before))
      .toBeLessThanOrEqual(3);
    await alice.jump.click();
    await expect(alice.message("the last one missed")).toBeInViewport();
    await endsAsFresh(alice, await arrive("Carol", LOBBY));
    await history.holds();
  });
}

test("at the end of the room one stays at the end", { tag: "@phone" }, async ({
  arrive,
  wire,
  history,
}) => {
  test.setTimeout(120_000);
  const bob = await arrive("Bob");
  const old = await bob.rest.fill(410);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  wire.cut();
  await alice.isLost();
  await change(bob.rest, 2_001, old);
  wire.mend();
  await expect(alice.message("the last one missed")).toBeInViewport({ timeout: 40_000 });
  await endsAsFresh(alice, await arrive("Carol", LOBBY));
  await history.holds();
});

test("a laptop that slept: the dead socket is noticed, and nothing is missing", async ({
  arrive,
  wire,
  history,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", "/me", { via: wire });
  await alice.page.clock.install();
  await alice.visit(LOBBY);
  await alice.say("Before the nap");
  wire.forget();
  await alice.send("Into the void");
  await bob.say("Are you there?");
  await alice.page.clock.fastForward("08:00:00");
  await alice.isSent("Into the void");
  await expect(alice.message("Are you there?")).toBeVisible();
  await endsAsFresh(alice, await arrive("Carol", LOBBY));
  await history.holds();
});

test("closed for being too slow, one is back by oneself, with everything", async ({
  arrive,
  history,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", "/me");
  let isDeaf = false;
  let close = () => {};
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    socket.connectToServer().onMessage((text) => {
      if (!isDeaf) socket.send(text);
    });
    close = () => void socket.close({ code: 4008, reason: "Too slow." });
  });
  await alice.visit(LOBBY);
  isDeaf = true;
  const missed = await bob.rest.fill(5, "missed");
  await bob.rest.edit(missed[1]?.number ?? 0, "missed 2, changed");
  close();
  isDeaf = false;
  await expect(alice.message("missed 5")).toBeVisible();
  await expect(alice.message("missed 2, changed")).toBeVisible();
  await endsAsFresh(alice, await arrive("Carol", LOBBY));
  await history.holds();
});

test.describe("with a heartbeat every half second", () => {
  test.use({ settings: { PARLOUR__REALTIME__HEARTBEAT_MS: "500" } });

  test("a frame that got lost on the way is noticed and fetched", async ({ arrive, history }) => {
    const bob = await arrive("Bob", LOBBY);
    const alice = await arrive("Alice", "/me");
    await alice.page.routeWebSocket(/\/ws$/, (socket) => {
      const far = socket.connectToServer();
      far.onMessage((text) => {
        const frame = JSON.parse(String(text)) as { type: string; content?: string };
        if (frame.type !== "message" || frame.content !== "Lost on the way") socket.send(text);
      });
    });
    await alice.visit(LOBBY);
    await bob.say("Lost on the way");
    await expect(alice.message("Lost on the way")).toBeVisible();
    await bob.say("And on it goes");
    await expect(alice.log.locator(".text")).toHaveText(["Lost on the way", "And on it goes"]);
    await history.holds();
  });
});

for (const [name, first, then] of [
  ["ten years ahead, then ten behind", YEARS, -YEARS],
  ["ten years behind, then ten ahead", -YEARS, YEARS],
] as const) {
  test(`a clock that is ${name} changes nothing`, async ({ arrive, wire, history }) => {
    test.setTimeout(90_000);
    const bob = await arrive("Bob", LOBBY);
    const alice = await arrive("Alice", "/me", { via: wire });
    await alice.page.clock.install({ time: Date.now() + first });
    await alice.visit(LOBBY);
    await alice.say("What time is it?");
    await bob.say("Time for tea");
    wire.cut();
    await alice.isLost();
    await alice.send("Hello?");
    await alice.page.clock.setSystemTime(Date.now() + then);
    await bob.say("No answer");
    wire.mend();
    await alice.isLive(40_000);
    await alice.page.clock.setSystemTime(Date.now() + first);
    await alice.isSent("Hello?");
    await alice.say("There you are");
    const texts = ["What time is it?", "Time for tea", "No answer", "Hello?", "There you are"];
    for (const one of [alice, bob]) await expect(one.log.locator(".text")).toHaveText(texts);
    await history.holds();
  });
}
