// Paging through history by links.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("a page in the past has links both ways", { tag: "@phone" }, async ({ arrive }) => {
  const writer = await arrive("Writer");
  const messages = await writer.rest.fill(120);
  const number = messages[79]?.number ?? 0;
  const { page, log } = await arrive("Reader", `${LOBBY}?before=${number}`);
  await expect(log.getByText("a line 79", { exact: true })).toBeAttached();
  await expect(log.getByText("a line 80", { exact: true })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Older messages" })).toHaveAttribute("href", /\?before=\d+$/);
  await expect(page.getByRole("link", { name: "Newer messages" })).toHaveAttribute("href", /\?after=\d+$/);
});

test("links in messages lead away safely, everything else is text", async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.post("See https://example.org/a?b=c&d, or javascript:alert(1)\nand <b>that</b>");
  const { log } = await arrive("Reader", LOBBY);
  const link = log.getByRole("link", { name: "https://example.org/a?b=c&d" });
  await expect(link).toHaveAttribute("href", "https://example.org/a?b=c&d");
  await expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow ugc");
  await expect(log.locator(".text a")).toHaveCount(1);
  await expect(log.locator(".text")).toContainText("<b>that</b>");
});

test("a link ends with its address, and leads where its host is", async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.post("（http://пример.рф/a）。次 http://user:password@evil.example/");
  const { log } = await arrive("Reader", LOBBY);
  await expect(log.locator(".text a")).toHaveText(["http://пример.рф/a"]);
  await expect(log.locator(".text a")).toHaveAttribute("href", "http://xn--e1afmkfd.xn--p1ai/a");
});
