// A long room: the newest part first, older ones as one scrolls, and nothing ever jumps.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** An element must not move more than a rounded pixel. */
async function staysPut(chat: Chat, text: string, happening: () => Promise<void>) {
  const anchor = chat.message(text);
  const before = await chat.top(anchor);
  await happening();
  await expect.poll(async () => Math.abs((await chat.top(anchor)) - before)).toBeLessThanOrEqual(1);
}

test("the newest 50 are in the page, at the bottom", { tag: "@phone" }, async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(60);
  const reader = await arrive("Reader", LOBBY);
  await expect(reader.messages).toHaveCount(50);
  await expect(reader.message("a line 60")).toBeInViewport();
  await expect(reader.message("a line 11")).toBeAttached();
});

test("older ones come as one scrolls up, without a jump", { tag: "@phone" }, async ({ arrive, server }) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(130);
  const reader = await arrive("Reader", LOBBY);
  server.freeze();
  await reader.scrollToTop();
  await reader.scrollUp(-40);
  await staysPut(reader, "a line 82", async () => {
    server.thaw();
    await expect(reader.message("a line 31")).toBeAttached();
  });
  await expect(async () => {
    await reader.scrollToTop();
    await expect(reader.page.getByText("This is the beginning of Lobby.")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(reader.messages).toHaveCount(130);
  await expect(reader.message("a line 1")).toBeAttached();
});

test("what stays in the page is not touched by what comes above it", async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(200);
  const reader = await arrive("Reader", LOBBY);
  const taken = await reader.log.evaluateHandle((log) => {
    const out: Node[] = [];
    const note = (changes: MutationRecord[]) => changes.forEach((change) => out.push(...change.removedNodes));
    new MutationObserver(note).observe(log, { childList: true });
    return out;
  });
  await reader.scrollToTop();
  await expect(reader.message("a line 101")).toBeAttached();
  await expect(reader.message("a line 200")).toBeAttached();
  // But for the first line of each piece that came: it opened its group, and does so no more.
  expect(await taken.evaluate((nodes) => nodes.filter((node) => node instanceof Element).length)).toBeLessThanOrEqual(5);
});

test("at the bottom new ones keep it at the bottom", { tag: "@phone" }, async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(40);
  const reader = await arrive("Reader", LOBBY);
  await writer.rest.post("The newest\nof\nmany\nlines");
  await expect(reader.messages.last()).toContainText("The newest");
  await expect(reader.messages.last()).toBeInViewport({ ratio: 0.99 });
  await expect(reader.jump).toHaveCount(0);
});

test("scrolled up it stays, and a button counts what is new", { tag: "@phone" }, async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(45);
  const reader = await arrive("Reader", LOBBY);
  await reader.scrollUp(900);
  await expect(reader.message("a line 45")).not.toBeInViewport();
  await staysPut(reader, "a line 20", async () => {
    await writer.rest.fill(3, "a new line");
    await expect(reader.jump).toHaveText(/^3 new messages/);
  });
  await reader.jump.click();
  await expect(reader.message("a new line 3")).toBeInViewport();
  await expect(reader.jump).toHaveCount(0);
});

test("one's own message leads to the bottom", async ({ arrive }) => {
  const reader = await arrive("Reader");
  await reader.rest.fill(45);
  await reader.visit(LOBBY);
  await reader.scrollUp(900);
  await reader.say("Down here");
  await expect(reader.message("Down here")).toBeInViewport();
});

test("what changes above the view does not move it", async ({ arrive }) => {
  const writer = await arrive("Writer");
  const messages = await writer.rest.fill(45);
  const reader = await arrive("Reader", LOBBY);
  await reader.scrollUp(300);
  await expect(reader.message("a line 3")).not.toBeInViewport();
  await staysPut(reader, "a line 30", async () => {
    await writer.rest.edit(messages[2]?.number ?? 0, "1\n2\n3\n4\n5\n6");
    await expect(reader.log.locator(".message-head .edited")).toHaveCount(1);
  });
});

test("unread counts what one has not seen, and reading clears it", async ({ arrive }) => {
  const writer = await arrive("Writer");
  const tea = await writer.rest.makeRoom("Tea");
  const reader = await arrive("Reader", `/rooms/${tea.id}`);
  await reader.roomLink("Lobby").click();
  await expect(reader.title).toHaveText("Lobby");
  await writer.rest.fill(3, "a new line", tea.id);
  const unread = reader.roomLink("Tea").locator(".unread");
  await expect(unread).toHaveText(/^3/);
  await reader.roomLink("Tea").click();
  await expect(reader.message("a new line 3")).toBeInViewport();
  await expect(unread).toHaveCount(0);
  await reader.page.reload();
  await reader.settled();
  await expect(unread).toHaveCount(0);
});

test("what one read just before leaving the page is read", async ({ arrive }) => {
  const writer = await arrive("Writer");
  const tea = await writer.rest.makeRoom("Tea");
  const reader = await arrive("Reader", `/rooms/${tea.id}`);
  for (let round = 1; round <= 3; round += 1) {
    await writer.rest.fill(1, `round ${round}`, tea.id);
    await expect(reader.message(`round ${round} 1`)).toBeInViewport();
    await reader.page.goto(LOBBY);
    await reader.settled();
    await expect(reader.roomLink("Tea").locator(".unread")).toHaveCount(0);
    await reader.page.goto(`/rooms/${tea.id}`);
    await reader.settled();
  }
});

test("a page does not answer each message with one of its own", async ({ arrive }) => {
  const reader = await arrive("Reader", LOBBY);
  const marks: number[] = [];
  reader.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const frame: { type?: string; seq?: number } = JSON.parse(payload.toString());
      if (frame.type === "read") marks.push(frame.seq ?? 0);
    });
  });
  await reader.page.reload();
  await reader.settled();
  const writer = await arrive("Writer");
  const began = Date.now();
  const messages = await writer.rest.fill(60);
  await expect.poll(() => marks.at(-1)).toBe(messages.at(-1)?.seq);
  // It waits 50 ms at least from the first that it sees to telling so.
  expect(marks.length).toBeLessThanOrEqual((Date.now() - began) / 50 + 1);
});
