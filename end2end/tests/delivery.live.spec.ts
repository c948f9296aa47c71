// How far one's own message has come: said when it is worth saying, and true.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

const KEEPS_NOTHING =
  "This browser keeps nothing: a message not yet sent is lost when the tab closes.";

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

test("without connection it says how many wait, in all rooms", { tag: "@phone" }, async ({
  arrive,
  wire,
  history,
}) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}`);
  await alice.visit(LOBBY);
  await expect(alice.waiting).toBeEmpty();
  wire.cut();
  await alice.send("One");
  await alice.isLost();
  await expect(alice.message("One")).toContainText("Waiting to be sent");
  await expect(alice.waiting).toHaveText("1 message waits to be sent.");
  await alice.send("Two");
  await alice.send("Three");
  await expect(alice.waiting).toHaveText("3 messages wait to be sent.");
  wire.mend();
  await alice.isLive(40_000);
  for (const text of ["One", "Two", "Three"]) await alice.isSent(text);
  await expect(alice.waiting).toBeEmpty();
  await history.holds();
});

test("what waits for a busy server is said, and goes by itself", async ({ arrive, history }) => {
  const alice = await arrive("Alice");
  let isBusy = true;
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const far = socket.connectToServer();
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { type: string; client_id?: string };
      if (frame.type !== "message" || !isBusy) return far.send(text);
      const { client_id } = frame;
      const refusal = { type: "error", code: "overloaded", message: "Busy.", client_id };
      socket.send(JSON.stringify({ ...refusal, retry_after_ms: 300 }));
    });
  });
  await alice.visit(LOBBY);
  await alice.send("When you have time");
  await expect(alice.waiting).toHaveText("1 message waits to be sent.");
  isBusy = false;
  await alice.isSent("When you have time");
  await expect(alice.waiting).toBeEmpty();
  await history.holds();
});

test("a stored one tells when, to the pointer and to the keyboard", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Noted");
  const when = alice.message("Noted").locator(".when");
  await expect(when).toHaveAttribute("title", /^Stored \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d:\d\d$/);
  const title = (await when.getAttribute("title")) ?? "";
  const stored = await when.locator("time").getAttribute("datetime");
  const told = new Date(stored ?? "").toLocaleString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone: "Europe/Berlin",
  });
  expect(title.replace("Stored ", "")).toBe(told.replace(" at ", ", "));
  const beside = () => when.evaluate((el) => getComputedStyle(el, "::after").content);
  expect(await beside()).not.toContain("Stored");
  // The log is one stop of Tab's: what is in a message is reached from the message.
  await alice.scroller.focus();
  await alice.page.keyboard.press("ArrowUp");
  await alice.page.keyboard.press("Tab");
  await alice.page.keyboard.press("Tab");
  await expect(when).toBeFocused();
  await expect.poll(beside).toContain(title);
});

test("a browser that keeps nothing: said once, and still one can send", { tag: "@phone" }, async ({
  arrive,
  wire,
  history,
}) => {
  const alice = await arrive("Alice", "/me", { via: wire });
  await alice.forbidStorage();
  await alice.visit(LOBBY);
  await alice.say("First");
  await expect(alice.waiting).toHaveText(KEEPS_NOTHING);
  wire.cut();
  await alice.isLost();
  await alice.send("Second");
  await expect(alice.waiting).toContainText("1 message waits to be sent.");
  await expect(alice.page.getByText(KEEPS_NOTHING)).toHaveCount(1);
  wire.mend();
  await alice.isLive(40_000);
  await alice.isSent("Second");
  await alice.say("Third");
  await expect(alice.log.locator(".text")).toHaveText(["First", "Second", "Third"]);
  await history.holds();
});

test("a storage that is full is the same, until there is room again", async ({ arrive, history }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.evaluate(() => {
    for (let size = 4_000_000; size >= 1; size = Math.floor(size / 2)) {
      for (let n = 0; ; n += 1) {
        try {
          localStorage.setItem(`ballast ${size} ${n}`, "x".repeat(size));
        } catch {
          break;
        }
      }
    }
  });
  await alice.page.context().setOffline(true);
  await alice.isLost();
  await alice.send("Does it fit?");
  await expect(alice.waiting).toContainText(KEEPS_NOTHING);
  await alice.send("And this?");
  await alice.page.context().setOffline(false);
  for (const text of ["Does it fit?", "And this?"]) await alice.isSent(text);
  await alice.page.evaluate(() => localStorage.clear());
  await alice.say("Room again");
  await expect(alice.waiting).toBeEmpty();
  await history.holds();
});
