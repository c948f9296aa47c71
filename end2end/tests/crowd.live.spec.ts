// Several browsers in one room.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("three people see the same conversation", async ({ arrive }) => {
  const people = [
    await arrive("Alice", LOBBY),
    await arrive("Bob", LOBBY),
    await arrive("Carol", LOBBY),
  ];
  for (let round = 1; round <= 3; round += 1) {
    for (const one of people) await one.say(`${one.rest.name} ${round}`);
  }
  const expected = [1, 2, 3].flatMap((n) => ["Alice", "Bob", "Carol"].map((name) => `${name} ${n}`));
  for (const one of people) await expect(one.log.locator(".text")).toHaveText(expected);
});

test("all at once: everybody has everything, in the same order", async ({ arrive }) => {
  const people = [
    await arrive("Alice", LOBBY),
    await arrive("Bob", LOBBY),
    await arrive("Carol", LOBBY),
  ];
  await Promise.all(
    people.map(async (one) => {
      for (let n = 1; n <= 10; n += 1) await one.send(`${one.rest.name} ${n}`);
    }),
  );
  for (const one of people) {
    await expect(one.log.locator("[data-state]")).toHaveCount(0);
    await expect(one.messages).toHaveCount(30);
  }
  const stored = (await people[0]!.rest.history()).map((message) => message.content);
  for (const one of people) await expect(one.log.locator(".text")).toHaveText(stored);
});

test("one person in two tabs: each sees what the other sends, once", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const tab = await alice.page.context().newPage();
  await tab.goto(LOBBY);
  await expect(tab.locator(".connection")).toHaveAttribute("data-state", "live");
  await alice.say("From the first tab");
  await expect(tab.getByRole("article")).toHaveText(/From the first tab/);
  const field = tab.getByRole("textbox", { name: "Message", exact: true });
  await field.fill("From the second tab");
  await field.press("Enter");
  await expect(alice.log.locator(".text")).toHaveText(["From the first tab", "From the second tab"]);
});
