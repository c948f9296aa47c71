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

/** Texts with every kind of markup, and some that only look like it. */
const MARKED = [
  "**bold** *em* ~~gone~~ `a_b` https://example.org/a_b",
  "# Heading\n[link](https://example.org) ||secret *words*||",
  "> quote\n> more\n\n- one\n- [x] two\n  1. three",
  "```rust\nfn main() { a && b <T> }\n```",
  "| a | b |\n|:-:|--:|\n| 1 | `2` |\n\n---\nend",
  "2 * 3 * 4, snake_case, <b>no</b> &amp;",
];

test("markup is drawn live as the page of the server has it", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  for (const text of MARKED) await alice.rest.post(text);
  await expect(bob.log.locator(".text")).toHaveCount(MARKED.length);
  // What can be reached by Tab differs by design.
  const [live, printed] = await bob.page.evaluate(async (path) => {
    const drawn = (page: Document) =>
      [...page.querySelectorAll(".log .text")].map((text) => {
        const copy = text.cloneNode(true) as Element;
        for (const stop of copy.querySelectorAll("[tabindex]")) stop.removeAttribute("tabindex");
        return copy.outerHTML;
      });
    const html = await (await fetch(path)).text();
    return [drawn(document), drawn(new DOMParser().parseFromString(html, "text/html"))];
  }, LOBBY);
  expect(live).toEqual(printed);
  await expect(bob.log.locator(".text strong")).toHaveText(["bold", "Heading"]);
  await alice.rest.edit(1, "*changed*");
  await expect(bob.log.locator(".text").first().locator("em")).toHaveText("changed");
});

test("what is too wide scrolls in its own box, and the page does not", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  await bob.rest.post(`\`\`\`\n${"wide ".repeat(300)}\n\`\`\``);
  const row = `|${"a cell | ".repeat(60)}`;
  await bob.rest.post(`${row}\n${row.replaceAll("a cell", "-")}\n${row}`);
  for (const box of ["pre", "table"]) {
    const widths = await bob.log.locator(box).evaluate((el) => [el.scrollWidth, el.clientWidth]);
    expect(widths[0]).toBeGreaterThan(widths[1]!);
  }
  const page = await bob.scroller.evaluate((el) => [el.scrollWidth, el.clientWidth]);
  expect(page[0]).toBe(page[1]);
});

test("a sentence around a name isolates the name alone, whatever its direction", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  for (const name of ["\u05d0\u05dc\u05d9\u05e1 1", "123", "\u0639\u0644\u064a (x)"]) {
    const other = await arrive(name, LOBBY);
    const note = bob.notes.filter({ hasText: name });
    await expect(note).toHaveText(`${name} joined`);
    await expect(note.locator("bdi")).toHaveText(name);
    await other.composer.pressSequentially("a");
    await expect(bob.typing).toHaveText(`${name} is typing…`);
    await expect(bob.typing.locator("bdi").first()).toHaveText(name);
    for (const sentence of [note, bob.typing]) {
      // The name comes first, as in any sentence that is written from left to right.
      const [named, words] = await sentence.evaluate((el) => {
        const at = (node: Node) => {
          const range = document.createRange();
          range.selectNodeContents(node);
          return range.getBoundingClientRect();
        };
        const name = el.querySelector("bdi")!;
        return [at(name).right, at(name.nextSibling!).left];
      });
      expect(named).toBeLessThanOrEqual(words! + 1);
    }
    await other.composer.fill("");
    await expect(bob.typing).toBeEmpty();
    // Whoever comes next is in a line of their own.
    await bob.say(`Hello ${name}`);
  }
  const room = await bob.rest.makeRoom("\u05e1\u05dc\u05d5\u05df");
  await bob.visit(`/rooms/${room.id}`);
  await bob.fromMenu("Delete room");
  await expect(bob.dialog.locator("h2 bdi")).toHaveText(room.name);
  await bob.page.keyboard.press("Escape");
  const isolated = `\u2068${room.name}\u2069`;
  await expect(bob.page).toHaveTitle(`${isolated} · Parlour`);
  await expect(bob.log).toHaveAttribute("aria-label", `Messages in ${isolated}`);
  await bob.rest.deleteRoom(room.id);
  await expect(bob.notice).toHaveText(`The room ${isolated} was deleted.`);
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
