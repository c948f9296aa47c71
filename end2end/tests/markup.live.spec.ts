// The same, live: what arrives over the socket and what is on its way.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const NASTY = "</script><img src=x onerror=alert(1)> & <b>bold</b>";

test("markup in a message, a name and a room stays text", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("<i>Alice</i>", LOBBY);
  await alice.composer.pressSequentially("a");
  await expect(bob.typing).toHaveText("<i>Alice</i> is typing…");
  await alice.say(NASTY);
  await expect(bob.message(NASTY)).toBeVisible();
  await expect(bob.people.getByText("<i>Alice</i>")).toBeVisible();
  await expect(bob.notes.filter({ hasText: "<i>Alice</i> joined" })).toHaveCount(1);
  const room = await alice.rest.makeRoom("<b>Tea</b>");
  await expect(bob.roomLink("<b>Tea</b>")).toBeVisible();
  await bob.roomLink("<b>Tea</b>").click();
  await expect(bob.title).toHaveText("<b>Tea</b>");
  await alice.rest.deleteRoom(room.id);
  await expect(bob.notice).toContainText("<b>Tea</b>");
  await expect(bob.page.locator("img, i, main b")).toHaveCount(0);
});

test("a foreign page cannot write with this browser's session", async ({ arrive, server }) => {
  const alice = await arrive("Alice", LOBBY);
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: server.url, "sec-fetch-site": "cross-site" },
  ];
  for (const headers of foreign) {
    const answer = await alice.page.request.post("/rooms/1-lobby/messages", {
      form: { content: "Not by Alice" },
      headers,
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(403);
  }
  expect(await alice.rest.history()).toHaveLength(0);
});
