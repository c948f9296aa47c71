// Day lines, in the reader's own zone: the offset is that of the day, and not of today.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const JULY = "2026-07-10T22:10:00.000Z";
const NOVEMBER = "2026-11-10T22:10:00.000Z";

test("a message of July, 22:10 UTC, read in Berlin in November is of the next day", async ({ arrive }) => {
  const alice = await arrive("Alice", "/");
  const stored = await alice.rest.fill(2);
  await alice.page.clock.setFixedTime(new Date("2026-11-11T12:00:00Z"));
  await alice.page.route(/rooms\/\d+\/open/, async (route) => {
    const answer = await route.fetch();
    let body = await answer.text();
    [JULY, NOVEMBER].forEach((time, at) => (body = body.replaceAll(stored[at]!.timestamp, time)));
    await route.fulfill({ response: answer, body });
  });
  await alice.roomLink("Lobby").click();
  await expect(alice.page).toHaveURL(LOBBY);
  await expect(alice.log.locator(".day")).toHaveText(["11 July 2026", "10 November 2026"]);
  await expect(alice.log.locator(".when time")).toHaveText(["00:10", "23:10"]);
  const when = alice.message("a line 1").locator(".when");
  await expect(when).toHaveAttribute("title", "Stored 11 July 2026, 00:10:00");
});
