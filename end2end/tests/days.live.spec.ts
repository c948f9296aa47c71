// Day lines, in the reader's own zone: the offset is that of the day, and not of today.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** The machine's date goes on by a day; its other clock does not. */
const nextDay = () => {
  const now = Date.now;
  Date.now = () => now() + 86_400_000;
};

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
  await expect(alice.log.locator(".day")).toHaveText(["11 July 2026", "Yesterday"]);
  await expect(alice.log.locator(".when time")).toHaveText(["00:10", "23:10"]);
  const when = alice.message("a line 1").locator(".when");
  await expect(when).toHaveAttribute("title", "Stored 11 July 2026, 00:10:00");
});

test("today is called so once the page is awake, and yesterday right after midnight", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.fill(1);
  const { timestamp } = (await alice.rest.history())[0]!;
  const date = (timeZone: string) =>
    new Date(timestamp).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone });
  const printed = await (await alice.page.request.get(LOBBY)).text();
  expect(printed, "the server knows no reader's day").toContain(`>${date("UTC")}</time>`);
  await alice.visit(LOBBY);
  const day = alice.log.locator(".day");
  await expect(day).toHaveText("Today");
  await alice.page.evaluate(nextDay);
  await expect(day).toHaveText("Yesterday");
  await alice.page.evaluate(nextDay);
  await expect(day).toHaveText(date("Europe/Berlin"));
});

test("who came stands under the day it was, in one line, and splits no group", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("One");
  await arrive("Ben", LOBBY);
  await expect(alice.notes).toHaveText(["Ben joined"]);
  await arrive("Cleo", LOBBY);
  await expect(alice.notes).toHaveText(["Ben and Cleo joined"]);
  await alice.say("Two");
  await expect(alice.message("Two")).not.toHaveAttribute("data-opens");
  await alice.page.evaluate(nextDay);
  await expect(alice.log.locator(".day")).toHaveText("Yesterday");
  await arrive("Dan", LOBBY);
  await expect(alice.notes).toHaveText(["Ben and Cleo joined", "Dan joined"]);
  await expect(alice.log.locator(".day")).toHaveText(["Yesterday", "Today"]);
  const order = await alice.log.locator(".day, .system, article").allTextContents();
  expect(order.at(-1)).toBe("Dan joined");
  expect(order.at(-2)).toBe("Today");
});

test("the day that one reads in stays at the top, and moves nothing", async ({ arrive }) => {
  const alice = await arrive("Alice", "/");
  await alice.rest.fill(60);
  await alice.visit(LOBBY);
  await alice.settled();
  const day = alice.log.locator(".day").first();
  await expect(day).toBeInViewport();
  const middle = alice.message("a line 40");
  await middle.scrollIntoViewIfNeeded();
  const [scroller, line] = [await alice.scroller.boundingBox(), await day.boundingBox()];
  expect(Math.abs(line!.y - scroller!.y)).toBeLessThan(2);
  // What comes at the end moves nothing that is read above it.
  await alice.scroller.evaluate((log) => (log.scrollTop = -log.scrollHeight / 2));
  const top = async () => (await alice.message("a line 30").boundingBox())!.y;
  const before = await top();
  await alice.rest.post("One more");
  await expect(alice.message("One more")).toBeAttached();
  expect(Math.abs((await top()) - before)).toBeLessThan(2);
});
