// Everything that can happen, one after the other, to three people who go on talking.

import { LOBBY } from "./support/chat.js";
import { everything } from "./support/rest.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test("whatever happens, everything that was written is there once, for everybody", async ({
  arrive,
  server,
  wire,
  tolerate,
  history,
}) => {
  test.setTimeout(180_000);
  tolerate(CUT_OFF);
  const people = {
    alice: await arrive("Alice", LOBBY, { via: wire }),
    bob: await arrive("Bob", LOBBY, { via: wire }),
    carol: await arrive("Carol", LOBBY),
  };
  const texts: string[] = [];
  const everybodySays = async (what: string) => {
    for (const [name, chat] of Object.entries(people)) {
      for (const part of ["one", "two"]) {
        const text = `${name}, ${what}, ${part}`;
        texts.push(text);
        await chat.send(text);
      }
    }
  };
  /** What happens, and how it ends. */
  const blows: Record<string, [() => unknown, () => unknown]> = {
    "the line breaks": [() => wire.cut(), () => wire.mend()],
    "answers get lost": [() => wire.loseAnswers(), () => (wire.cut(), wire.mend())],
    "the server dies": [() => server.kill(), () => server.up()],
    "the server is replaced": [() => {}, () => server.restart()],
    "a tab dies": [
      () => people.alice.crash(),
      async () => (people.alice = await people.alice.anotherTab(LOBBY)),
    ],
    "a browser is offline": [
      () => people.bob.page.context().setOffline(true),
      () => people.bob.page.context().setOffline(false),
    ],
  };
  for (const round of ["morning", "evening"]) {
    for (const [name, [strike, heal]] of Object.entries(blows)) {
      await everybodySays(`${round}: before ${name}`);
      await strike();
      if (!people.alice.page.isClosed()) await everybodySays(`${round}: while ${name}`);
      await heal();
    }
  }
  for (const chat of Object.values(people)) {
    await chat.isLive(40_000);
    await expect(chat.log.locator("[data-state]")).toHaveCount(0, { timeout: 40_000 });
    await expect.poll(() => chat.outbox()).toEqual([]);
  }
  const stored = await everything(server.url, 1);
  expect(stored?.map((message) => message.content).sort()).toEqual([...texts].sort());
  const fresh = await arrive("Dora", LOBBY);
  for (const chat of Object.values(people)) {
    await expect.poll(async () => (await chat.shown()).slice(-50)).toEqual(await fresh.shown());
  }
  await history.holds();
});
