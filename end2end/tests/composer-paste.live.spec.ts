// What is pasted into the composer.

import type { Locator } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** Pastes this, as a browser tells of it; whether the browser is left to do it. */
const paste = (field: Locator, held: { plain: string; html?: string }) =>
  field.evaluate((el, { plain, html }) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", plain);
    if (html !== undefined) clipboardData.setData("text/html", html);
    return el.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
  }, held);

async function ready(field: Locator) {
  await field.focus();
  await expect(field).toHaveAttribute("aria-autocomplete", "list");
}

for (const [what, html, text] of [
  ["a link", `See <a href="https://a.example/x_(y)">the <b>docs</b></a>.`, "See [the docs](https://a.example/x_%28y%29)."],
  ["an address", `<a href="https://a.example/">https://a.example</a>`, "https://a.example/"],
  ["a list", "<p>Bring</p><ul><li>tea<li>milk<ul><li>oat</ul></ul>", "Bring\n\n- tea\n- milk\n  - oat"],
  ["numbers", "<ol start=3><li><p>three</p></li><li>four</li></ol>", "3. three\n4. four"],
  ["code", "Call <code>f()</code>", "Call `f()`"],
  ["a block of code", `<pre><code class="language-rust">fn a() {\n    b();\n}\n</code></pre>`, "```rust\nfn a() {\n    b();\n}\n```"],
  [
    "a table",
    "<table><tr><th>What<th>Price</tr><tr><td>Tea<td>2 | 3</tr></table>",
    "| What | Price |\n| --- | --- |\n| Tea | 2 \\| 3 |",
  ],
  [
    "what an editor wraps it in",
    `<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal"><p>One</p><ul><li><p>Two</p></li></ul></b>`,
    "One\n\n- Two",
  ],
] as const) {
  test(`${what} is pasted as Markdown`, async ({ arrive }) => {
    const { composer } = await arrive("Alice", LOBBY);
    await ready(composer);
    expect(await paste(composer, { plain: "plain", html })).toBe(false);
    await expect(composer).toHaveValue(text);
    await composer.press("Control+z");
    await expect(composer).toHaveValue("");
  });
}

test("all other HTML is pasted as its text, and none of it gets into the page", async ({ arrive }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  await ready(composer);
  const html = "<h1>Big</h1><p><b>bold</b> and <i>so on</i></p>";
  expect(await paste(composer, { plain: "Big\nbold and so on", html })).toBe(true);
  const evil = `<a href="javascript:evil()">x</a><a href="https://a.example">y</a><img src=/nothing onerror="evil()"><script>evil()</script><style>*{}</style>`;
  await paste(composer, { plain: "x", html: evil });
  await expect(composer).toHaveValue("x[y](https://a.example)");
  const asked = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  expect(asked.filter((name) => name.endsWith("/nothing"))).toEqual([]);
});

test("who pastes without the form has the text alone", async ({ arrive }) => {
  const { composer } = await arrive("Alice", LOBBY);
  await ready(composer);
  await composer.dispatchEvent("keydown", { key: "V", ctrlKey: true, shiftKey: true });
  const html = "<ul><li>tea</ul>";
  expect(await paste(composer, { plain: "tea", html })).toBe(true);
  expect(await paste(composer, { plain: "tea", html })).toBe(false);
});

test("an address over what is selected makes a link of it", async ({ arrive }) => {
  const { composer } = await arrive("Alice", LOBBY);
  await ready(composer);
  await composer.fill("see this");
  await composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(4, 8));
  expect(await paste(composer, { plain: "https://a.example/" })).toBe(false);
  await expect(composer).toHaveValue("see [this](https://a.example/)");
  // Without anything selected it is pasted as it is.
  expect(await paste(composer, { plain: "https://a.example/" })).toBe(true);
});

test("what is too long to send is said to be, at the counter and aloud", async ({ arrive }) => {
  const { composer, page } = await arrive("Alice", LOBBY);
  await ready(composer);
  await composer.fill("x".repeat(10_001));
  const counter = page.locator(".counter");
  await expect(counter).toHaveText("10001 / 10000");
  const said = await counter.evaluate((el) => getComputedStyle(el, "::after").content);
  expect(said).toContain("too long to send");
  await expect(page.locator("#composer-status")).toHaveText(
    "10,001 of 10,000 characters: too long to send",
  );
});
