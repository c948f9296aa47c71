// The head of a room: one row, and a menu.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test("it is one row of 3 rem, with nothing red in it and nothing said of the connection", { tag: "@phone" }, async ({
  arrive,
}) => {
  const alice = await arrive("Alice", "/me");
  const room = await alice.rest.makeRoom("Engineering", "Builds, deploys, incidents");
  await alice.visit(`/rooms/${room.id}`);
  const box = async (selector: string) => {
    const box = await alice.page.locator(selector).boundingBox();
    if (!box) throw new Error(`${selector} is not on the page.`);
    return box;
  };
  const [title, menu] = [await box(".room-heading"), await box(".menu summary")];
  expect(title.height).toBe(48);
  for (const part of ["#room-title", ".menu summary"]) {
    const { y, height } = await box(part);
    expect(y).toBeGreaterThanOrEqual(title.y);
    expect(y + height).toBeLessThanOrEqual(title.y + title.height);
  }
  const isPhone = await alice.page.locator(".back").isVisible();
  if (isPhone) {
    const [back, people] = [await box(".back"), await box(".members summary")];
    expect(title.y, "nothing is above it").toBe(0);
    expect([back.x, title.x, people.x, menu.x]).toEqual([back.x, title.x, people.x, menu.x].sort((a, b) => a - b));
    expect((await box(".room-body")).y).toBeLessThanOrEqual(49);
  } else {
    const description = await box(".room-description");
    expect(description.x).toBeGreaterThan(title.x);
    expect(description.y + description.height).toBeLessThanOrEqual(title.y + title.height);
  }
  // To who does not see it, it is said that the page is live.
  await expect(alice.connection.getByRole("status")).toHaveText("Live");
  const said = await box(".connection");
  expect(said.width * said.height).toBeLessThanOrEqual(1);
  const danger = await alice.page.evaluate(() => {
    const probe = document.createElement("i");
    probe.style.color = "var(--danger)";
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return [...document.querySelectorAll("body *")].filter(
      (el) => el.checkVisibility() && el.getBoundingClientRect().height > 0 && getComputedStyle(el).color === color,
    ).map((el) => el.outerHTML);
  });
  expect(danger).toEqual([]);
});

test("what is wrong with the connection is still said in a line", { tag: "@phone" }, async ({
  arrive,
  wire,
  tolerate,
}) => {
  tolerate(CUT_OFF);
  const alice = await arrive("Alice", LOBBY, { via: wire });
  wire.cut();
  await alice.isLost();
  const line = await alice.connection.boundingBox();
  expect(line?.height).toBeGreaterThan(20);
  await expect(alice.connection.getByRole("button", { name: "Retry now" })).toBeVisible();
  wire.mend();
  await alice.isLive(40_000);
});

test("on a phone the way back says in how many other rooms there is something new", { tag: "@phone" }, async ({
  arrive,
}) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  const [tea, garden] = [await bob.rest.makeRoom("Tea"), await bob.rest.makeRoom("Garden")];
  for (const room of [tea, garden]) {
    await alice.visit(`/rooms/${room.id}`);
    await alice.say("I was here");
  }
  await alice.page.setViewportSize({ width: 390, height: 844 });
  await alice.visit(LOBBY);
  const back = alice.page.locator(".back");
  await expect(back.locator(".elsewhere")).toHaveCount(0);
  await bob.rest.post("News", tea.id);
  await expect(back.locator(".elsewhere")).toHaveText("1");
  await bob.rest.post("News", garden.id);
  await bob.rest.post("More news", garden.id);
  await expect(back.locator(".elsewhere")).toHaveText("2");
  // It stands in the page that the server prints, too.
  const html = await (await alice.page.request.get(LOBBY)).text();
  expect(html).toMatch(/class="elsewhere"[^>]*>2</);
});

test("the menu closes with Escape, with a click elsewhere, and when something was taken from it", async ({
  arrive,
}) => {
  const alice = await arrive("Alice", LOBBY);
  const opener = alice.menu.locator("summary");
  const isOpen = expect(alice.menu.locator(".menu-items"));
  await opener.focus();
  await alice.page.keyboard.press("Enter");
  await isOpen.toBeVisible();
  await alice.page.keyboard.press("Tab");
  await alice.page.keyboard.press("Escape");
  await isOpen.toBeHidden();
  await expect(opener).toBeFocused();
  await opener.click();
  await isOpen.toBeVisible();
  await alice.scroller.click();
  await isOpen.toBeHidden();
  await opener.click();
  await opener.click();
  await isOpen.toBeHidden();
});

test("the link to the room is copied, and it says so", { tag: "@phone" }, async ({ arrive, server }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await alice.fromMenu("Copy link");
  await expect(alice.notice).toContainText("Copied");
  await expect(alice.menu.locator(".menu-items")).toBeHidden();
  const copied = await alice.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`${server.url}${LOBBY}`);
});

test("lines of who comes and goes can be switched off, and stay so", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await arrive("Bob", LOBBY);
  await expect(alice.notes).toHaveText(["Bob joined"]);
  await alice.fromMenu("Say who comes and goes");
  await expect(alice.notes).toHaveCount(0);
  await alice.page.reload();
  await alice.settled();
  await arrive("Carol", LOBBY);
  await expect(alice.people.getByText("Carol", { exact: true })).toBeVisible();
  await expect(alice.notes).toHaveCount(0);
  await alice.menu.locator("summary").click();
  await expect(alice.menu.getByRole("checkbox")).not.toBeChecked();
  await alice.menu.getByRole("checkbox").check();
  await arrive("Dan", LOBBY);
  await expect(alice.notes).toHaveText(["Dan joined"]);
});

test("the button that sends is quiet while there is nothing to send", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const button = alice.page.getByRole("button", { name: "Send" });
  const background = () => button.evaluate((el) => getComputedStyle(el).backgroundColor);
  const quiet = await background();
  expect(quiet).toMatch(/rgba\(0, 0, 0, 0\)|transparent/);
  await alice.composer.fill("Something");
  await expect.poll(background).not.toBe(quiet);
  await alice.composer.fill("");
  await expect.poll(background).toBe(quiet);
});
