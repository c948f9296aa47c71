// The page is changed on its way, or while it is open: by a proxy, a translator, an extension, the
// browser itself. It is a working room all the same; and where the program cannot run, or ends, the
// page never says that it is live.

import type { Page } from "@playwright/test";
import { type Chat, LOBBY } from "./support/chat.js";
import { Chance, touch } from "./support/touching.js";
import { CUT_OFF, expect, test } from "./support/test.js";

const OFF = "Live updates do not work here.";
/** What a browser says of a file that is refused, and of a program that ends. */
const ENDED = /Failed to load resource|panicked at|RuntimeError|unreachable|Failed to fetch|wasm/i;

test.beforeEach(({ tolerate }) => tolerate(/The island was drawn anew/));

/** Every page that this tab loads is changed on its way. */
async function rewritten(page: Page, change: (html: string) => string) {
  // A page that is handed over like this is from nowhere, and Chromium asks before it reaches our server.
  await page.context().grantPermissions(["local-network-access"]);
  await page.route(/\/rooms\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: change(await answer.text()) });
  });
}

/** Both hear each other, and what the header says is so. */
async function talk(alice: Chat, bob: Chat, words: string) {
  await alice.isLive();
  await expect(alice.connection.locator(".connection-text")).toHaveText("Live");
  await bob.say(`${words} from Bob`);
  await expect(alice.message(`${words} from Bob`)).toBeVisible();
  await alice.say(`${words} from Alice`);
  await expect(bob.message(`${words} from Alice`)).toBeVisible();
  await expect(alice.composer).toHaveValue("");
}

const wrapped = (html: string) =>
  html.replace(/<bdi class="author">([^<]*)<\/bdi>/g, '<bdi class="author"><font><font>$1</font></font></bdi>');

const ON_THE_WAY: [string, (html: string) => string][] = [
  [
    "iOS makes links of phone numbers and of dates",
    (html) =>
      html
        .replace(/Call 030 1234567(?= or see <a)/g, 'Call <a href="tel:0301234567">030 1234567</a>')
        .replace(/(<time datetime="[^"]*">)([^<]*)</g, '$1<a href="x-apple-data-detectors://1">$2</a><'),
  ],
  ["a proxy strips comments", (html) => html.replace(/<!--.*?-->|<!>/gs, "")],
  ["a proxy strips the blanks between elements", (html) => html.replace(/>\s+</g, "><")],
  ["a proxy rewrites an address in a message", (html) =>
    html.replace(/<a href="https:\/\/example.org[^>]*>[^<]*<\/a>/g, "[address removed]")],
  ["a translator wraps text", wrapped],
  ["a spell checker puts an element before the composer", (html) =>
    html.replace("<textarea", "<grammarly-extension></grammarly-extension><div></div><textarea")],
];

for (const [what, change] of ON_THE_WAY) {
  test(`${what}: the room works`, async ({ arrive }) => {
    const bob = await arrive("Bob", LOBBY);
    await bob.say("Call 030 1234567 or see https://example.org/a");
    const alice = await arrive("Alice", "/me");
    await rewritten(alice.page, change);
    await alice.visit(LOBBY);
    await talk(alice, bob, "After it was changed");
    await expect(alice.log.locator(".text")).toHaveText(await bob.log.locator(".text").allTextContents());
  });
}

test("what was typed and where one was is kept when the island is drawn", { tag: "@phone" }, async ({
  arrive,
}) => {
  const bob = await arrive("Bob");
  await bob.rest.fill(45);
  const alice = await arrive("Alice", "/me");
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await alice.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(LOBBY, { waitUntil: "commit" });
  await alice.composer.pressSequentially("Half a thought");
  await alice.composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(2, 5, "forward"));
  await alice.people.evaluate((details: HTMLDetailsElement) => (details.open = true));
  await alice.composer.focus();
  await alice.scrollUp(900);
  const read = await alice.topmost();
  const [id, before] = [await read.getAttribute("id"), await alice.end(read)];
  goOn();
  await alice.isLive();
  await expect(alice.composer).toHaveValue("Half a thought");
  await expect(alice.composer).toBeFocused();
  const cursor = await alice.composer.evaluate((field: HTMLTextAreaElement) => [
    field.selectionStart,
    field.selectionEnd,
  ]);
  expect(cursor).toEqual([2, 5]);
  expect(await alice.people.getAttribute("open")).not.toBeNull();
  expect(Math.abs((await alice.end(alice.log.locator(`#${id}`))) - before)).toBeLessThanOrEqual(1);
});

test("a list of rooms that was scrolled stays where it is", async ({ arrive }) => {
  const bob = await arrive("Bob");
  for (let n = 10; n < 60; n += 1) await bob.rest.makeRoom(`Room ${n}`);
  const alice = await arrive("Alice", "/me");
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await alice.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(LOBBY, { waitUntil: "domcontentloaded" });
  const list = alice.sidebar.locator(".room-list");
  await list.evaluate((el) => (el.scrollTop = 300));
  await alice.roomLink("Room 25").focus();
  goOn();
  await alice.isLive();
  expect(await list.evaluate((el) => el.scrollTop)).toBe(300);
  await expect(alice.roomLink("Room 25")).toBeFocused();
});

test("a word that is being composed is not broken off", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await alice.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(LOBBY, { waitUntil: "domcontentloaded" });
  await alice.composer.focus();
  const session = await alice.page.context().newCDPSession(alice.page);
  await session.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  const field = await alice.composer.elementHandle();
  const come = alice.page.waitForResponse(/\.wasm$/);
  goOn();
  await (await come).finished();
  await session.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  expect(await field?.evaluate((element) => element.isConnected)).toBe(true);
  await session.send("Input.insertText", { text: "日本" });
  await alice.isLive();
  await expect(alice.composer).toHaveValue("日本");
  await expect(alice.composer).toBeFocused();
});

test("what a translator replaced still follows what happens", async ({ arrive, wire, tolerate }) => {
  tolerate(CUT_OFF);
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const room = await bob.rest.makeRoom("Tea");
  await alice.rest.joinRoom(room.id);
  await expect(alice.roomLink("Tea")).toBeVisible();
  const translate = () =>
    alice.page.evaluate(() => {
      const texts = document.createTreeWalker(document.querySelector(".app")!, NodeFilter.SHOW_TEXT);
      const found: Text[] = [];
      while (texts.nextNode()) found.push(texts.currentNode as Text);
      for (const text of found.filter((text) => text.data.trim() && text.parentElement?.localName !== "textarea")) {
        const font = document.createElement("font");
        font.append(Object.assign(document.createElement("font"), { textContent: text.data }));
        text.replaceWith(font);
      }
    });
  await translate();
  await arrive("Carol", LOBBY);
  await expect(alice.people.locator(".count")).toHaveText("3");
  await expect(alice.people.locator("li").first()).toHaveText("Alice");
  await translate();
  await alice.roomLink("Tea").click();
  await expect(alice.title).toHaveText(room.name);
  await expect(alice.people.locator(".count")).toHaveText("1");
  await bob.say("One");
  await expect(alice.roomLink("Lobby").locator(".unread")).toHaveText("1");
  await translate();
  await bob.say("Two");
  await expect(alice.roomLink("Lobby").locator(".unread")).toHaveText("2");
  await alice.roomLink("Lobby").click();
  await expect(alice.title).toHaveText("Lobby");
  await translate();
  wire.cut();
  await alice.isLost();
  await expect(alice.connection.locator(".connection-text")).toHaveText("Connection lost.");
  await translate();
  wire.mend();
  await alice.isLive(30_000);
  await expect(alice.connection.locator(".connection-text")).toHaveText("Live");
});

test("comments that are taken out of the open page are put back", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("Half a thought");
  await alice.page.evaluate(() => {
    const comments = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
    const found: Node[] = [];
    while (comments.nextNode()) found.push(comments.currentNode);
    for (const comment of found) (comment as Comment).remove();
  });
  await expect(alice.composer).toHaveValue("Half a thought");
  await expect(alice.composer).toBeFocused();
  await talk(alice, bob, "Without comments");
  await bob.rest.makeRoom("Tea");
  await expect(alice.roomLink("Tea")).toBeVisible();
});

const UNREACHABLE: [string, (page: Page) => Promise<unknown>][] = [
  ["blocked", (page) => page.route(/\.wasm$/, (route) => route.abort("blockedbyclient"))],
  ["nowhere", (page) => page.route(/\.wasm$/, (route) => route.fulfill({ status: 404 }))],
  ["broken", (page) =>
    page.route(/\.wasm$/, (route) => route.fulfill({ contentType: "application/wasm", body: "no program" }))],
  ["without its script", (page) => page.route(/\/pkg\/.*\.js$/, (route) => route.abort("failed"))],
  ["refused by policy", (page) => withPolicy(page, (policy) => policy.replace("'wasm-unsafe-eval'", ""))],
  ["refused like every script", (page) => withPolicy(page, (policy) => policy.replace(/script-src[^;]*/, "script-src 'none'"))],
];

/** A proxy, or whoever runs the house, has another idea of what may run. */
function withPolicy(page: Page, change: (policy: string) => string) {
  return page.route(/\/rooms\//, async (route) => {
    const answer = await route.fetch();
    const headers = answer.headers();
    headers["content-security-policy"] = change(headers["content-security-policy"] ?? "");
    await route.fulfill({ response: answer, headers });
  });
}

for (const [what, block] of UNREACHABLE) {
  test(`the program is ${what}: the page says so, and its forms work`, async ({ arrive, tolerate }) => {
    tolerate(/./);
    const alice = await arrive("Alice", "/me");
    await block(alice.page);
    await alice.page.goto(LOBBY);
    await expect(alice.connection.locator(".connection-text")).toHaveText(OFF);
    await expect(alice.connection).toHaveAttribute("data-state", /^(lost|off)$/);
    await expect(alice.connection).toHaveCSS("opacity", "1");
    await alice.composer.fill("As a form");
    await alice.page.getByRole("button", { name: "Send" }).click();
    await expect(alice.message("As a form")).toBeVisible();
    await expect(alice.connection.locator(".connection-text")).toHaveText(OFF);
  });
}

test("a program that does not come is given up after a while, and welcome when it comes", async ({
  arrive,
}) => {
  const alice = await arrive("Alice", "/me");
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await alice.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(LOBBY, { waitUntil: "commit" });
  await expect(alice.connection.locator(".connection-text")).toHaveText(OFF, { timeout: 20_000 });
  goOn();
  await alice.isLive();
  await expect(alice.connection.locator(".connection-text")).toHaveText("Live");
});

test("a tab whose files are gone loads itself again, once, with what was typed", async ({
  arrive,
  tolerate,
}) => {
  tolerate(ENDED);
  const alice = await arrive("Alice", "/me");
  let loads = 0;
  await alice.page.context().grantPermissions(["local-network-access"]);
  await alice.page.route(LOBBY, async (route) => {
    loads += 1;
    const answer = await route.fetch();
    const html = await answer.text();
    const old = loads === 1 ? html.replace(/\/pkg\/parlour\.[^.]+\.js/g, "/pkg/parlour.before.js") : html;
    await route.fulfill({ response: answer, body: old });
  });
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await alice.page.route(/before\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await alice.page.goto(LOBBY, { waitUntil: "commit" });
  await alice.composer.fill("Typed before the upgrade");
  goOn();
  await alice.isLive();
  await expect(alice.composer).toHaveValue("Typed before the upgrade");
  expect(loads).toBe(2);
});

/** As a panic anywhere in the program ends it. */
async function end(page: Page) {
  await page.evaluate(() => {
    // A module of one function, which traps.
    const trap = new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11,
    ]);
    void WebAssembly.instantiate(trap).then(({ instance }) => {
      setTimeout(instance.exports["t"] as () => void);
    });
  });
}

test("a program that ends is started again, with what was typed", async ({ arrive, tolerate }) => {
  tolerate(ENDED);
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("Half a thought");
  const anew = alice.page.waitForEvent("domcontentloaded");
  await end(alice.page);
  await anew;
  await alice.isLive();
  await expect(alice.composer).toHaveValue("Half a thought");
  await talk(alice, bob, "After it ended");
});

test("a program that ends again is left alone: never live, and forms work", async ({ arrive, tolerate }) => {
  tolerate(ENDED);
  const alice = await arrive("Alice", LOBBY);
  for (const time of ["first", "second"]) {
    await alice.isLive();
    await alice.composer.fill(`The ${time} time`);
    const anew = alice.page.waitForEvent("domcontentloaded");
    await end(alice.page);
    await anew;
  }
  await expect(alice.connection.locator(".connection-text")).toHaveText(OFF);
  await expect(alice.composer).toHaveValue("The second time");
  await alice.page.getByRole("button", { name: "Send" }).click();
  await expect(alice.message("The second time")).toBeVisible();
});

test("a program that ends while the server is away never says that it is live", async ({
  arrive,
  server,
  tolerate,
}) => {
  tolerate(ENDED);
  tolerate(CUT_OFF);
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("Half a thought");
  await server.stop();
  await end(alice.page);
  await expect(alice.connection.locator(".connection-text")).toHaveText(OFF);
  await server.up();
  await alice.isLive(30_000);
  await expect(alice.composer).toHaveValue("Half a thought");
});

test("a browser that gets no socket says why, and waits as long as it is asked to", async ({
  arrive,
  tolerate,
}) => {
  tolerate(/WebSocket|429/);
  const alice = await arrive("Alice", "/me");
  const asked: number[] = [];
  await alice.page.route("**/api/chat/connection", (route) => {
    asked.push(Date.now());
    return route.fulfill({
      status: 429,
      contentType: "application/problem+json",
      json: { code: "rate_limited", detail: "Too many connections from your network.", retry_after_ms: 3_000 },
    });
  });
  await alice.page.addInitScript(() => {
    // As a server refuses a socket before it opens: the script sees that it closes, and not why.
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL) {
        super(sessionStorage.getItem("let in") === null ? `${url}/nowhere` : url);
      }
    };
  });
  await alice.page.goto(LOBBY);
  const said = alice.connection.locator(".connection-text");
  await expect(said).toHaveText("Too many connections from your network.");
  await expect(alice.connection.locator(".connection-next")).toHaveText(/^Trying again in [1-5] s\.$/);
  await expect.poll(() => asked.length, { timeout: 15_000 }).toBe(2);
  expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(3_000);
  await alice.page.evaluate(() => sessionStorage.setItem("let in", ""));
  await alice.connection.getByRole("button", { name: "Retry now" }).click();
  await alice.isLive();
  await expect(said).toHaveText("Live");
});

const SEEDS = Number(process.env["TOUCHED_SEEDS"] ?? 10);
/** Seeds that one test tries, so that each of them has time enough. */
const TOGETHER = 5;

for (let first = 1; first <= SEEDS; first += TOGETHER) {
  const seeds = Array.from({ length: Math.min(TOGETHER, SEEDS - first + 1) }, (_, n) => first + n);
  test(`touched at random, none dead, none lying: seeds ${seeds[0]} to ${seeds.at(-1)}`, async ({
    arrive,
    wire,
    tolerate,
  }) => {
    test.setTimeout(TOGETHER * 30_000);
    tolerate(CUT_OFF);
    const bob = await arrive("Bob", LOBBY);
    await bob.rest.fill(10);
    await bob.rest.makeRoom("Tea");
    const alice = await arrive("Alice", "/me", { via: wire });
    for (const seed of seeds) {
      await test.step(`seed ${seed}`, async () => {
        const page = await alice.page.context().newPage();
        const tab = alice.inPage(page);
        const touched = (seed: number) => `{ ${Chance}; (${touch})(new Chance(${seed}), 40); }`;
        await page.addInitScript(`document.addEventListener("readystatechange", () => {
          if (document.readyState === "interactive") ${touched(seed)}
        })`);
        await page.goto(LOBBY);
        await talk(tab, bob, `Seed ${seed} before`);
        for (const round of [1, 2]) {
          await page.evaluate(touched(1_000 * round + seed));
          await talk(tab, bob, `Seed ${seed} round ${round}`);
        }
        await tab.roomLink("Tea").click();
        await expect(tab.title).toHaveText("Tea");
        await page.evaluate(touched(3_000 + seed));
        await page.goBack();
        await expect(tab.title).toHaveText("Lobby");
        await expect(tab.people.locator(".count")).toHaveText("2");
        wire.cut();
        await tab.isLost();
        await expect(tab.connection.locator(".connection-text")).toHaveText("Connection lost.");
        wire.mend();
        // It may be back by itself, and the button gone.
        await tab.connection.evaluate((el) => el.querySelector<HTMLElement>(".retry")?.click());
        await talk(tab, bob, `Seed ${seed} again`);
        expect(await tab.log.locator(".text").allTextContents()).toEqual(
          await bob.log.locator(".text").allTextContents(),
        );
        await page.close();
      });
    }
  });
}

const COPIES: Record<string, string> = {
  "the island's": "const i = document.querySelector('leptos-island'); i.innerHTML = i.innerHTML",
  "the whole page's": "document.body.innerHTML = document.body.innerHTML",
  "the island by another one": "const i = document.querySelector('leptos-island'); i.replaceWith(i.cloneNode(true))",
  "the island, emptied": "document.querySelector('leptos-island').replaceChildren()",
  "the log's": "const s = document.querySelector('.scroller'); s.innerHTML = s.innerHTML",
  "the messages'": "const s = document.querySelector('.log'); s.innerHTML = s.innerHTML",
  "one message": "const m = document.querySelector('.message'); m.replaceWith(m.cloneNode(true))",
  "the field": "const t = document.querySelector('#composer-text'); t.replaceWith(t.cloneNode(true))",
};

for (const [what, script] of Object.entries(COPIES)) {
  test(`a live page in which a copy takes the place of what was drawn is drawn anew: ${what}`, async ({ arrive }) => {
    const alice = await arrive("Alice", LOBBY);
    const bob = await arrive("Bob", LOBBY);
    await talk(alice, bob, "Before");
    await alice.composer.fill("half a");
    await alice.page.evaluate(script);
    await expect(alice.messages).toHaveCount(2);
    await expect(alice.composer).toHaveValue(/^(half a)?$/);
    await talk(alice, bob, "After");
    await expect(alice.messages).toHaveCount(4);
  });
}
