// From Enter to everybody's screen.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("others see it at once, with author and time", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("Good morning");
  const seen = bob.message("Good morning");
  await expect(seen.locator(".author")).toHaveText("Alice");
  await expect(seen.locator("time")).toHaveText(/^\d\d:\d\d$/);
  await expect(seen).not.toHaveAttribute("data-own");
  await expect(alice.message("Good morning")).toHaveAttribute("data-own");
});

test("it is there as sending before the server has it, then as sent", async ({ arrive, server }) => {
  const alice = await arrive("Alice", LOBBY);
  // The socket may be open, and the server not have said yet whose it is: then a text only waits.
  await alice.say("At once");
  server.freeze();
  await alice.send("Slowly");
  await expect(alice.message("Slowly")).toHaveAttribute("data-state", "sending");
  await expect(alice.message("Slowly")).toContainText("Sending…");
  server.thaw();
  await alice.isSent("Slowly");
  await expect(alice.message("Slowly")).toHaveCount(1);
});

test("one who shares a name is told apart before the server has it, as then", async ({ arrive, server }) => {
  const twin = await arrive("A1ice", "/me");
  await twin.rest.post("Earlier");
  const alice = await arrive("Alice", LOBBY);
  await alice.say("At once");
  const stored = alice.message("At once").locator(".namesake");
  await expect(stored).toHaveText(/^#\d+$/);
  server.freeze();
  await alice.send("Slowly");
  await expect(alice.message("Slowly")).toHaveAttribute("data-state", "sending");
  await expect(alice.message("Slowly").locator(".namesake")).toHaveText((await stored.textContent())!);
  server.thaw();
  await alice.isSent("Slowly");
});

test("an address is a link once the server has found it", async ({ arrive, server }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.say("At once");
  const text = "See http://例え.jp/a。";
  server.freeze();
  await alice.send(text);
  await expect(alice.message(text)).toHaveAttribute("data-state", "sending");
  await expect(alice.message(text).locator(".text a")).toHaveCount(0);
  server.thaw();
  await alice.isSent(text);
  for (const one of [alice, bob]) {
    const link = one.message(text).locator(".text a");
    await expect(link).toHaveText("http://例え.jp/a");
    await expect(link).toHaveAttribute("href", "http://xn--r8jz45g.jp/a");
  }
});

test("a double click sends once", async ({ arrive, history }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("Once");
  history.sent(alice, "Once");
  await alice.page.getByRole("button", { name: "Send" }).dblclick();
  await alice.isSent("Once");
  await alice.say("And then");
  await expect(alice.log.locator(".text")).toHaveText(["Once", "And then"]);
  await history.holds();
});

test("refused: says why, keeps the text, and goes when asked again", async ({ arrive }) => {
  const alice = await arrive("Alice");
  let refuses = true;
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const far = socket.connectToServer();
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { type: string; client_id?: string };
      if (frame.type !== "message" || !refuses) return far.send(text);
      const { client_id } = frame;
      socket.send(JSON.stringify({ type: "error", code: "invalid", message: "Not today.", client_id }));
    });
  });
  await alice.visit(LOBBY);
  await alice.send("Please");
  const refused = alice.message("Please");
  await expect(refused).toHaveAttribute("data-state", "refused");
  await expect(refused).toContainText("Not sent: Not today.");
  refuses = false;
  await refused.getByRole("button", { name: "Retry" }).click();
  await alice.isSent("Please");
  expect((await alice.rest.history()).map((message) => message.content)).toEqual(["Please"]);
});

test("refused: the text can go back to the composer, before what is typed there, or for good", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const far = socket.connectToServer();
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { type: string; client_id?: string };
      if (frame.type !== "message") return far.send(text);
      const { client_id } = frame;
      socket.send(JSON.stringify({ type: "error", code: "forbidden", message: "No.", client_id }));
    });
  });
  await alice.visit(LOBBY);
  await alice.send("A long thought");
  await alice.send("A short one");
  await alice.composer.fill("Another");
  await alice.message("A long thought").getByRole("button", { name: "Edit" }).click();
  await expect(alice.composer).toHaveValue("A long thought\nAnother");
  await alice.message("A short one").getByRole("button", { name: "Discard" }).click();
  await expect(alice.composer).toHaveValue("A long thought\nAnother");
  await expect(alice.messages).toHaveCount(0);
  expect(await alice.outbox()).toEqual([]);
});

test.describe("with the usual limits", () => {
  test.use({
    settings: { PARLOUR__LIMITS__MESSAGES_PER_SECOND: "5", PARLOUR__LIMITS__MESSAGE_BURST: "3" },
  });

  test("too quick is slowed down, in order, and nothing is lost", async ({ arrive, history }) => {
    const alice = await arrive("Alice", LOBBY);
    const texts = Array.from({ length: 8 }, (_, n) => `Quick ${n + 1}`);
    for (const text of texts) await alice.send(text);
    await expect(alice.log.locator(".text")).toHaveText(texts);
    await expect(alice.log.locator("[data-state]")).toHaveCount(0);
    expect((await alice.rest.history()).map((message) => message.content)).toEqual(texts);
    await history.holds();
  });
});

test("messages are grouped by author and by day", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  await alice.say("One");
  await alice.say("Two");
  await bob.say("Three");
  await expect(alice.log.locator("[data-opens]")).toHaveCount(2);
  await expect(alice.message("Two")).not.toHaveAttribute("data-opens");
  await expect(alice.message("Three")).toHaveAttribute("data-opens");
  await expect(alice.log.locator(".day")).toHaveCount(1);
});
