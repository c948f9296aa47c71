// What a first visit costs, in bytes as they are sent, against .ci/budget.json and against its limit, which is of
// all that comes over the wire: bodies, headers, sockets. 1 KB is 1,000 bytes.
// PARLOUR_RECORD=1 (make budget-record) writes the file anew.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ROOT } from "./support/server.js";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";
import { Wire } from "./support/wire.js";

/** Bodies, and all of the wire. */
type Weight = { html: number; css: number; js: number; wasm: number; other: number; total: number; wire: number };

const FILE = join(ROOT, ".ci", "budget.json");
/** What a page may grow by before somebody has to say so by recording it. */
const GROWTH = 1024;

const PAGES = [
  { name: "room", limit: 167_500, hasProgram: true },
  { name: "page without live parts", limit: 30_000, hasProgram: false },
];

/** Loads the page in a browser that has nothing of it, and weighs the bodies of all answers, and the wire. */
async function weigh(page: Page, wire: Wire, path: string): Promise<Weight> {
  const weight: Weight = { html: 0, css: 0, js: 0, wasm: 0, other: 0, total: 0, wire: 0 };
  const uncompressed: string[] = [];
  const weighed: Promise<void>[] = [];
  page.on("requestfinished", (request) => {
    weighed.push(
      (async () => {
        const answer = await request.response();
        if (!answer) return;
        const url = new URL(request.url());
        const { responseBodySize } = await request.sizes();
        const type = answer.headers()["content-type"] ?? "";
        const kind = (["html", "css", "javascript", "wasm"] as const).find((part) => type.includes(part));
        // What the program asks for afterwards is no part of the page.
        if (request.resourceType() === "fetch" && kind !== "wasm") return;
        weight[kind === "javascript" ? "js" : (kind ?? "other")] += responseBodySize;
        weight.total += responseBodySize;
        if (kind && responseBodySize > 256 && answer.headers()["content-encoding"] !== "br") {
          uncompressed.push(url.pathname);
        }
      })(),
    );
  });
  await page.goto(wire.url + path, { waitUntil: "load" });
  if ((await page.locator("leptos-island").count()) > 0) {
    await expect(page.locator(".connection")).toHaveAttribute("data-state", "live");
    // Who is here comes over the socket, and last of what a visit begins with.
    await expect(page.locator(".members")).toContainText("Reader");
    // It comes later, and belongs to the visit all the same.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  }
  await Promise.all(weighed);
  weight.wire = wire.down;
  expect(uncompressed, "sent without brotli").toEqual([]);
  return weight;
}

test("a first visit stays within its budget", async ({ arrive, server }) => {
  const writer = await arrive("Writer", "/me");
  await writer.rest.fill(50, "What people say in a room is about as long as this, on the whole.");
  const room = await arrive("Reader", "/me");
  await room.rest.joinRoom(1);
  const plain = await arrive("Other", "/me");
  // Their names came with a plain page; new contexts have nothing cached.
  const measured: Record<string, Weight> = {};
  for (const [page, path, name] of [
    [room.page, LOBBY, "room"],
    [plain.page, "/rooms/new", "page without live parts"],
  ] as const) {
    const wire = await Wire.to(server.port);
    const fresh = await page.context().browser()!.newContext();
    await fresh.addCookies(await page.context().cookies());
    measured[name] = await weigh(await fresh.newPage(), wire, path);
    await fresh.close();
    await wire.close();
  }

  console.table(measured);
  if (process.env["PARLOUR_RECORD"]) {
    await writeFile(FILE, `${JSON.stringify(measured, null, 2)}\n`);
    console.log(`Recorded in ${FILE}`);
  }
  const recorded = JSON.parse(await readFile(FILE, "utf8")) as Record<string, Weight>;
  for (const { name, limit, hasProgram } of PAGES) {
    const now = measured[name]!;
    console.log(`${name}: ${now.wire} bytes on the wire of ${limit}`);
    expect.soft(now.wire, `${name}: the limit of a first visit`).toBeLessThanOrEqual(limit);
    expect
      .soft(now.total, `${name}: grew by more than ${GROWTH} bytes; if it is worth it, make budget-record`)
      .toBeLessThanOrEqual((recorded[name]?.total ?? 0) + GROWTH);
    expect.soft(now.wasm > 0, `${name}: whether it has a program`).toBe(hasProgram);
    expect.soft(now.html > 0 && now.css > 0, `${name}: it was measured`).toBe(true);
  }
});
