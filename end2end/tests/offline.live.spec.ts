// Without a network the rooms that were read last are there to read, and what is written waits.

import type { Page } from "@playwright/test";
import { type Chat, LOBBY } from "./support/chat.js";
import { Guest } from "./support/rest.js";
import { CUT_OFF, expect, test } from "./support/test.js";
import type { Wire } from "./support/wire.js";

test.beforeEach(({ tolerate }) => tolerate(CUT_OFF));

/** The addresses that this browser keeps, of pages and of files, in their order. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const addresses: string[] = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) addresses.push(new URL(url).pathname);
    }
    return addresses;
  });
}

/** Until this page of a room is kept, with this in it. */
async function isKept(chat: Chat, room: number, text = "") {
  const page = () =>
    chat.page.evaluate(async (path) => (await caches.match(path))?.text(), `/rooms/${room}`);
  await expect.poll(page).toContain(text);
}

/** The service worker is there, and what is looked at is kept. */
async function read(chat: Chat) {
  await chat.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await chat.hide();
  await chat.hide(false);
  const last = await chat.log.locator(".text").allTextContents();
  await isKept(chat, chat.room ?? 0, last.at(-1));
}

async function goOffline(chat: Chat, wire: Wire) {
  wire.cut();
  await chat.page.context().setOffline(true);
}

async function comeBack(chat: Chat, wire: Wire) {
  wire.mend();
  await chat.page.context().setOffline(false);
}

test("two rooms that were read are there, and what is written there is sent once", { tag: "@phone" }, async ({
  arrive,
  wire,
  history,
}) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const tea = await alice.rest.makeRoom("Tea");
  const teaPath = `/rooms/${tea.id}-tea`;
  await bob.say("Said in the lobby");
  await expect(alice.message("Said in the lobby")).toBeVisible();
  await read(alice);
  await alice.visit(teaPath);
  await alice.say("Said over tea");
  await read(alice);
  await goOffline(alice, wire);

  await alice.page.goto(LOBBY);
  await expect(alice.message("Said in the lobby")).toBeVisible();
  await expect(alice.connection).toContainText("You are offline.");
  await alice.send("Written in the dark");
  await expect(alice.message("Written in the dark")).toHaveAttribute("data-state", "queued");
  await alice.page.goto(teaPath);
  await expect(alice.message("Said over tea")).toBeVisible();
  await alice.send("And over tea");
  await expect(alice.message("And over tea")).toHaveAttribute("data-state", "queued");
  await bob.say("Meanwhile in the lobby");

  await comeBack(alice, wire);
  await alice.isLive(40_000);
  await alice.isSent("And over tea");
  await alice.visit(LOBBY);
  await alice.isSent("Written in the dark");
  await expect(bob.message("Written in the dark")).toHaveCount(1);
  await expect(alice.message("Meanwhile in the lobby")).toBeVisible();
  expect(await alice.outbox()).toEqual([]);
  await history.holds();
});

test("a page that was kept is brought up to date as soon as the network is back", async ({ arrive, wire, history }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await bob.say("Before");
  await read(alice);
  await goOffline(alice, wire);
  await alice.page.goto(LOBBY);
  await expect(alice.message("Before")).toBeVisible();
  const texts = Array.from({ length: 60 }, (_, n) => `Meanwhile ${n + 1}`);
  for (const text of texts) await bob.rest.post(text);
  await comeBack(alice, wire);
  await alice.isLive(40_000);
  await expect(alice.message("Meanwhile 60")).toBeVisible();
  await history.holds();
});

test("a link to a room that was kept leads to it, and one to another room leads nowhere", async ({ arrive, wire }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const [tea] = [await alice.rest.makeRoom("Tea"), await alice.rest.makeRoom("Unread")];
  await alice.visit(`/rooms/${tea.id}-tea`);
  await alice.say("Said over tea");
  await read(alice);
  await alice.visit(LOBBY);
  await read(alice);
  await goOffline(alice, wire);
  await alice.page.goto(LOBBY);
  await expect(alice.roomLink("Unread")).toBeVisible();
  await alice.roomLink("Unread").click();
  await expect(alice.notice).toContainText("cannot be reached");
  await expect(alice.title).toHaveText("Lobby");
  await alice.roomLink("Tea").click();
  await expect(alice.message("Said over tea")).toBeVisible();
});

test("opened from outside it shows what was read last", { tag: "@phone" }, async ({ arrive, wire }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const tea = await alice.rest.makeRoom("Tea");
  await read(alice);
  await alice.visit(`/rooms/${tea.id}-tea`);
  await alice.say("Said over tea");
  await read(alice);
  await goOffline(alice, wire);
  for (const path of ["/", "/rooms/99-elsewhere"]) {
    await alice.page.goto("about:blank");
    await alice.page.goto(wire.url + path);
    await expect(alice.message("Said over tea"), path).toBeVisible();
  }
});

test("a room that one has gone to without loading a page is kept when one stays", async ({ arrive, wire }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const tea = await alice.rest.makeRoom("Tea");
  await alice.rest.post("Said over tea", tea.id);
  await read(alice);
  await alice.roomLink("Tea").click();
  await expect(alice.message("Said over tea")).toBeVisible();
  await isKept(alice, tea.id);
  await goOffline(alice, wire);
  await alice.page.goto(`/rooms/${tea.id}-tea`);
  await expect(alice.message("Said over tea")).toBeVisible();
});

test("a server that is silent is not waited for", async ({ arrive, server }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Before");
  await read(alice);
  server.freeze();
  await alice.page.goto(LOBBY);
  await expect(alice.message("Before")).toBeVisible();
  server.thaw();
  await alice.isLive(40_000);
  await alice.say("After");
});

test("nothing that was kept for one is shown to another in the same browser", async ({ arrive, server, wire }) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}-tea`);
  await alice.say("Alice's tea");
  await read(alice);
  const context = alice.page.context();
  const bob = await Guest.named(server.url, "Bob");
  const session = { name: "parlour_session", url: wire.url, httpOnly: true, sameSite: "Lax" } as const;
  await context.addCookies([{ ...session, value: bob.token }]);
  await alice.page.goto(LOBBY);
  await alice.isLive();
  await isKept(alice, 1);
  expect(await kept(alice.page)).not.toContain(`/rooms/${tea.id}`);
  await goOffline(alice, wire);
  await alice.page.goto(`/rooms/${tea.id}-tea`);
  await expect(alice.title).toHaveText("Lobby");
  await expect(alice.page.getByText("Alice's tea")).toHaveCount(0);
});

test("who ends a session, or names somebody else without the program, takes what was kept along", async ({
  arrive,
  wire,
}) => {
  const alice = await arrive("Alice", LOBBY, { via: wire });
  const context = alice.page.context();
  await read(alice);
  await context.clearCookies();
  wire.cut();
  await alice.isLost();
  wire.mend();
  await expect(alice.notice).toContainText("Your session has ended.", { timeout: 40_000 });
  await expect.poll(() => kept(alice.page)).toEqual([]);
  // As nobody.
  await read(alice);
  await alice.page.goto("/join?next=/me");
  await alice.page.getByLabel("Your name").fill("Somebody else");
  await alice.page.getByRole("button", { name: /join/i }).click();
  await expect(alice.page).toHaveURL(/\/me$/);
  await expect.poll(() => kept(alice.page)).toEqual([]);
});

test("a new name is nobody else", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await read(alice);
  await alice.self("Alice").click();
  await alice.dialog.getByLabel("Your name").fill("Alicia");
  await alice.confirm.click();
  await expect(alice.self("Alicia")).toBeVisible();
  await read(alice);
  expect(await kept(alice.page)).toContain("/rooms/1");
});

test("a deleted room is not kept", async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}-tea`);
  await read(alice);
  await alice.visit(LOBBY);
  await read(alice);
  await alice.roomLink("Tea").click();
  await alice.isLive();
  await alice.rest.deleteRoom(tea.id);
  await expect.poll(() => kept(alice.page)).not.toContain(`/rooms/${tea.id}`);
  await isKept(alice, 1);
});

test("the last thirteen pages are kept, with the files of one build", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await read(alice);
  // What a build before this one left.
  await alice.page.evaluate(async () => {
    const [name = ""] = await caches.keys();
    const before = await caches.open(`${name} of the build before`);
    for (const path of ["/pkg/before.js", "/rooms/99"]) await before.put(path, new Response("Before"));
  });
  const rooms = [];
  for (let n = 1; n <= 14; n += 1) rooms.push(await alice.rest.makeRoom(`Room ${n}`));
  for (const { id } of rooms) {
    await alice.page.goto(`/rooms/${id}`);
    await isKept(alice, id);
  }
  const addresses = await kept(alice.page);
  const files = addresses.filter((address) => address.startsWith("/pkg/"));
  expect(files.map((file) => file.split(".").at(-1)).sort()).toEqual(["css", "js", "wasm"]);
  const pages = addresses.filter((address) => !address.startsWith("/pkg/"));
  expect(pages).toEqual(rooms.slice(-13).map(({ id }) => `/rooms/${id}`));
});

test("calls and forms are never answered from what is kept", async ({ arrive, wire, tolerate }) => {
  tolerate(/ERR_FAILED/);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  await read(alice);
  await goOffline(alice, wire);
  await alice.page.goto(LOBBY);
  const came = (path: string, options: object) =>
    alice.page.evaluate(
      ([path, options]) =>
        fetch(path as string, options as RequestInit).then(
          () => true,
          () => false,
        ),
      [path, options] as const,
    );
  expect(await came("/api/chat/rooms", {})).toBe(false);
  expect(await came(LOBBY, { headers: { "x-panel": "1" } })).toBe(false);
  expect(await came(LOBBY, { method: "POST" })).toBe(false);
});

test("it can be installed", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const session = await alice.page.context().newCDPSession(alice.page);
  const { errors } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // That the window is a private one is all there is against it.
  const against = installabilityErrors.map(({ errorId }) => errorId);
  expect(against.filter((error) => error !== "in-incognito")).toEqual([]);
});
