// What somebody hears who does not see the page.

import type { Chat } from "./support/chat.js";
import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

/** What is put into the live region from now on: a screen reader says it. */
async function spoken(chat: Chat): Promise<() => Promise<string[]>> {
  const heard = await chat.page.locator(".announcer").evaluateHandle((region) => {
    const said: string[] = [];
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "characterData") said.push(change.target.textContent ?? "");
        for (const node of change.addedNodes) if (node.textContent) said.push(node.textContent);
      }
    }).observe(region, { childList: true, characterData: true, subtree: true });
    return said;
  });
  return () => heard.jsonValue();
}

test("three messages that come together are three", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  const heard = await spoken(alice);
  await Promise.all(["one", "two", "three"].map((text) => bob.rest.post(text)));
  await expect(alice.messages).toHaveCount(3);
  const order = await alice.log.locator(".text").allTextContents();
  await expect.poll(heard).toEqual(order.map((text) => `Bob: ${text}`));
});

test("the same text twice is heard twice, one's own not at all", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY);
  const heard = await spoken(alice);
  await bob.rest.post("yes");
  await expect(alice.messages).toHaveCount(1);
  await alice.say("no");
  await bob.rest.post("yes");
  await bob.rest.post("yes");
  await expect(alice.messages).toHaveCount(4);
  await expect.poll(heard).toEqual(["Bob: yes", "Bob: yes", "Bob: yes"]);
});

test("what came while the connection was gone is heard when it is back, once", async ({
  arrive,
  wire,
  tolerate,
}) => {
  tolerate(CUT_OFF);
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await bob.rest.post("before");
  await expect(alice.messages).toHaveCount(1);
  const heard = await spoken(alice);
  wire.cut();
  await alice.isLost();
  await bob.rest.fill(3, "missed");
  wire.mend();
  await alice.isLive();
  await expect(alice.messages).toHaveCount(4);
  await bob.rest.post("after");
  const said = ["Bob: missed 1", "Bob: missed 2", "Bob: missed 3", "Bob: after"];
  await expect.poll(heard).toEqual(said);
});

test("what was taken back is not found there, another room's neither", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const room = await bob.rest.makeRoom("Tea");
  const alice = await arrive("Alice", LOBBY);
  const region = alice.page.locator(".announcer");
  const { number } = await bob.rest.post("a secret");
  await bob.rest.post("no secret");
  await expect(region).toHaveText("Bob: a secretBob: no secret");
  await bob.rest.remove(number);
  await expect(region).toHaveText("Bob: no secret");
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText("Tea");
  await expect(region).toBeEmpty();
  const heard = await spoken(alice);
  await bob.rest.post("in here", room.id);
  await expect.poll(heard).toEqual(["Bob: in here"]);
});

test("what was missed is heard also when the room is read anew", async ({ arrive, wire, tolerate }) => {
  tolerate(CUT_OFF);
  const bob = await arrive("Bob", "/me");
  const alice = await arrive("Alice", "/me", { via: wire });
  let isReset = false;
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const frame = JSON.parse(String(text));
      const anew = { messages: [], complete: true, reset: true };
      const isChanged = isReset && frame.type === "sync" && frame.messages.length > 0;
      socket.send(isChanged ? JSON.stringify({ ...frame, ...anew }) : text);
      if (isChanged) isReset = false;
    });
  });
  await alice.visit(LOBBY);
  await bob.rest.post("before");
  await expect(alice.messages).toHaveCount(1);
  const heard = await spoken(alice);
  wire.cut();
  await alice.isLost();
  await bob.rest.fill(3, "missed");
  isReset = true;
  wire.mend();
  await alice.isLive(40_000);
  await expect(alice.messages).toHaveCount(4);
  expect(isReset).toBe(false);
  await bob.rest.post("after");
  const said = ["Bob: missed 1", "Bob: missed 2", "Bob: missed 3", "Bob: after"];
  await expect.poll(heard).toEqual(said);
});

test("two people of one name are told apart by who hears them", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const other = await arrive("B0b", "/me");
  const alice = await arrive("Alice", LOBBY);
  await bob.rest.post("one");
  await expect(alice.messages).toHaveCount(1);
  const heard = await spoken(alice);
  await other.rest.post("two");
  await bob.rest.post("three");
  await expect(alice.messages).toHaveCount(3);
  const drawn = await alice.log.locator(".message-head").allTextContents();
  const [, two, three] = drawn.map((head) => /^B.b ?#\d+/.exec(head)?.[0].replace(/ ?#/, " #"));
  expect(two).not.toBe(three);
  await expect.poll(heard).toEqual([`${two}: two`, `${three}: three`]);
});
