// One file is all that is installed: what pages load is inside of it, and what the pages of the build before
// load is still there after an upgrade.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

/** What a page's markup says that it loads. */
const LOADED = /"(\/pkg\/[^"\\]+)\\?"/g;

test("the program has the files of its pages inside, started where nothing else lies", async ({ server, request }) => {
  const page = await (await request.get(`${server.url}/rooms/1-lobby`)).text();
  const files = new Set([...page.matchAll(LOADED)].map((match) => match[1] ?? ""));
  expect([...new Set([...files].map((file) => file.split(".").at(-1)))].sort()).toEqual(["css", "js", "wasm"]);
  for (const file of files) {
    const answer = await request.get(server.url + file, { headers: { "accept-encoding": "br" } });
    expect(answer.status(), file).toBe(200);
    expect(answer.headers(), file).toMatchObject({
      "content-encoding": "br",
      "cache-control": "public, max-age=31536000, immutable",
    });
  }
  for (const file of ["/favicon.svg", "/site.webmanifest", "/robots.txt", "/apple-touch-icon.png"]) {
    expect((await request.get(server.url + file)).status(), file).toBe(200);
  }
});

test("a page that was open during an upgrade finds the files of its own build", async ({ server, request }) => {
  const builds = server.builds;
  // This build has put its own there, for the next one.
  await expect(async () => {
    const [build, ...more] = await readdir(builds);
    expect(more).toEqual([]);
    const kept = await readdir(join(builds, build ?? "", "pkg"));
    expect(kept.filter((file) => /^parlour\.[\w-]+\.(css|js|wasm)$/.test(file))).toHaveLength(3);
  }).toPass();
  const before = join(builds, "0123456789abcdef", "pkg");
  await mkdir(before, { recursive: true });
  await writeFile(join(before, "parlour.0fTheBuildBefore.js"), "// before");
  await server.restart();
  const answer = await request.get(`${server.url}/pkg/parlour.0fTheBuildBefore.js`);
  expect([answer.status(), await answer.text()]).toEqual([200, "// before"]);
  expect((await request.get(`${server.url}/pkg/parlour.0fNoBuild.js`)).status()).toBe(404);
});

test("a page of the build before loads itself anew when nobody touches it, once, with what was typed", async ({
  arrive,
  tolerate,
}) => {
  // The clock leaps, so sockets fall silent.
  tolerate(CUT_OFF);
  const alice = await arrive("Alice");
  await alice.rest.joinRoom(1);
  await alice.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => socket.send(String(text).replace(/"build":"[^"]*"/, '"build":"another"')));
  });
  let loads = 0;
  alice.page.on("load", () => {
    loads += 1;
  });
  await alice.page.clock.install();
  await alice.visit(LOBBY);
  await alice.isLive();
  // Who is here comes behind the build: a page that hears of another one waits for a moment of its own.
  await expect(alice.page.locator(".members")).toContainText("Alice");
  await alice.composer.fill("Not sent yet");
  await alice.page.clock.fastForward("04:00");
  await alice.isLive();
  expect(loads).toBe(1);
  await alice.page.clock.fastForward("02:00");
  await expect.poll(() => loads).toBe(2);
  await alice.isLive();
  await expect(alice.composer).toHaveValue("Not sent yet");
  // It is of the same build again: another time would be no better.
  await alice.page.clock.fastForward("06:00");
  await alice.say("Still here");
  expect(loads).toBe(2);
});
