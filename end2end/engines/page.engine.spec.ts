// The page itself: dialogs, history, drafts, and its size.

import { By } from "selenium-webdriver";
import { Guest } from "../tests/support/rest.js";
import { Key, LOBBY, expect, test } from "./support/test.js";

test("a dialog opens, says what is wrong, closes with Escape, and makes a room", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.visits(LOBBY);
  const isOpen = () => alice.runs<boolean>("return document.querySelector('dialog[open]') !== null");
  await alice.clicks('a[href="/rooms/new"]');
  await expect.poll(isOpen).toBe(true);
  await alice.driver.actions().sendKeys(Key.ESCAPE).perform();
  await expect.poll(isOpen).toBe(false);
  await alice.clicks('a[href="/rooms/new"]');
  await expect.poll(isOpen).toBe(true);
  await (await alice.one("dialog[open] input[name=name]")).sendKeys("Garden", Key.ENTER);
  const title = () => alice.runs<string>("return document.querySelector('h1').textContent.trim()");
  await expect.poll(title).toBe("Garden");
});

test("an old message is reached by scrolling up, and one comes back to the end", async ({ arrive, server }) => {
  const alice = await arrive("Alice");
  await alice.guest.fill(120);
  await alice.visits(LOBBY);
  await expect(async () => {
    await alice.runs("const s = document.querySelector('.scroller'); s.scrollTop = -s.scrollHeight; s.scrollTop = s.scrollTop - 1");
    expect(await alice.stored()).toContain("a line 1");
  }).toPass({ timeout: 20_000 });
  await (await Guest.named(server.url, "Bob")).post("Something new");
  await alice.clicks(".jump");
  await expect.poll(async () => (await alice.stored()).at(-1)).toBe("Something new");
  const fromTheEnd = () => alice.runs<number>("return Math.abs(document.querySelector('.scroller').scrollTop)");
  await expect.poll(fromTheEnd).toBeLessThan(2);
});

test("what was typed survives a reload, Back, and another room", async ({ arrive }) => {
  const alice = await arrive("Alice");
  const room = await alice.guest.makeRoom("Kitchen");
  await alice.visits(LOBBY);
  await alice.types("A thought");
  await alice.driver.navigate().refresh();
  await alice.isLive();
  await expect.poll(() => alice.written()).toBe("A thought");
  await (await alice.driver.findElement(By.css(`nav a[href^="/rooms/${room.id}-"]`))).click();
  await expect.poll(() => alice.written()).toBe("");
  await alice.driver.navigate().back();
  await expect.poll(() => alice.written()).toBe("A thought");
});

test("an edit is made with the keyboard, and everybody sees it", async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice"), await arrive("Bob")];
  await alice.visits(LOBBY);
  await bob.visits(LOBBY);
  await alice.says("Helo");
  await (await alice.composer).sendKeys(Key.ARROW_UP);
  const form = "[role=log] article textarea";
  await expect.poll(() => alice.runs(`return document.querySelector(${JSON.stringify(form)})?.value`)).toBe("Helo");
  await (await alice.one(form)).sendKeys(Key.BACK_SPACE, "lo", Key.ENTER);
  await alice.seesStored("Hello");
  await bob.seesStored("Hello");
});

test("the page is as high as the window, with sixty rooms and somebody below the fold", async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice"), await arrive("Bob")];
  const rooms = [];
  for (let n = 1; n <= 60; n += 1) rooms.push(await alice.guest.makeRoom(`Room ${n}`));
  await bob.visits(`/rooms/${rooms.at(8)?.id}-room-9`);
  await alice.guest.fill(60);
  await alice.visits(LOBBY);
  const excess = await alice.runs<number>(
    "window.scrollTo(0, 99999); return Math.max(scrollY, document.documentElement.scrollHeight - innerHeight)",
  );
  expect(excess).toBe(0);
});

test("a change of width keeps the message at the top where it was", async ({ arrive }) => {
  const alice = await arrive("Alice");
  for (let n = 1; n <= 40; n += 1) {
    await alice.guest.post(`Line ${n}: ${"some words that wrap on a narrow screen ".repeat(4)}`);
  }
  await alice.visits(LOBBY);
  await alice.resized(1200, 800);
  const top = `
    const box = document.querySelector('.scroller').getBoundingClientRect();
    const lines = [...document.querySelectorAll('[role=log] article')];
    const first = lines.find((line) => line.getBoundingClientRect().bottom > box.top + 1);
    return [first.id || first.textContent.trim().slice(0, 20), first.getBoundingClientRect().top - box.top];`;
  await alice.runs("document.querySelector('.scroller').scrollTop = -600");
  const [message] = await alice.runs<[string, number]>(top);
  for (const width of [700, 480, 1200]) {
    await alice.resized(width, 800);
    await expect.poll(async () => (await alice.runs<[string, number]>(top))[0]).toBe(message);
  }
});

test("the log is walked with the keyboard, and a letter goes where one writes", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.guest.fill(3);
  await alice.visits(LOBBY);
  const focused = () =>
    alice.runs<string>("return document.activeElement.querySelector('.text')?.textContent ?? document.activeElement.id");
  const press = (key: string) => alice.driver.actions().sendKeys(key).perform();
  await alice.runs("document.querySelector('.scroller').focus()");
  await press(Key.ARROW_UP);
  await expect.poll(focused).toBe("a line 3");
  await press("k");
  await expect.poll(focused).toBe("a line 2");
  // Its time, copy its link, mark it unread, edit it, remove it; and out of the log.
  for (let stop = 0; stop < 6; stop += 1) await press(Key.TAB);
  await expect.poll(focused, "past what is in the message").toBe("composer-text");
  await alice.runs("document.activeElement.blur()");
  await press("H");
  await press("i");
  await expect.poll(() => alice.written()).toBe("Hi");
});

test("a room is found by a part of its name", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.guest.makeRoom("Kitchen");
  await alice.visits(LOBBY);
  await alice.driver.actions().keyDown(Key.CONTROL).sendKeys("k").keyUp(Key.CONTROL).perform();
  await (await alice.one("dialog[open] input[role=combobox]")).sendKeys("ITCH", Key.ENTER);
  const title = () => alice.runs<string>("return document.querySelector('h1').textContent.trim()");
  await expect.poll(title).toBe("Kitchen");
});
