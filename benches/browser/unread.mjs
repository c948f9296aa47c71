// A room with 60 unread messages is opened, as in the row `paint`: beside the same room with all of it read, in turns.

import { medians } from "./figures.mjs";
import { LOBBY, fill, kept, reader } from "./lobby.mjs";
import { look } from "./paint.mjs";
import { parlour } from "./servers.mjs";
import { SITES } from "./sites.mjs";

const RUNS = 7;
const READ = 50;
const UNREAD = 60;

export async function row() {
  const server = await parlour();
  const runs = { read: [], unread: [] };
  try {
    await fill(server.url, READ);
    for (let run = 0; run < RUNS; run += 1) {
      // Somebody new each time: what was looked at is read.
      const unread = await reader(server.url, `Reader ${run}`);
      await fill(server.url, UNREAD);
      const read = await reader(server.url, `Other ${run}`);
      const cases = [["read", read], ["unread", unread]];
      for (const [name, cookie] of run % 2 ? cases.reverse() : cases) {
        const visitor = (url) => ({ cookies: [kept(cookie, url)], origins: [] });
        runs[name].push(await look(SITES.parlour, { ...server, path: LOBBY, visitor }));
      }
    }
  } finally {
    await server.end();
  }
  return {
    unit: "ms",
    runs: RUNS,
    messages: { read: READ, unread: UNREAD },
    cases: runs,
    medians: { read: medians(runs.read), unread: medians(runs.unread) },
  };
}
