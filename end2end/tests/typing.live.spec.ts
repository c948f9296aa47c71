// Who is typing.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("names one, names two, counts three", async ({ arrive }) => {
  const reader = await arrive("Reader", LOBBY);
  const others: Chat[] = [];
  for (const name of ["Alice", "Bob", "Carol"]) others.push(await arrive(name, LOBBY));
  // Typing fades after some seconds: everybody goes on until all of it was seen.
  const typing = async (count: number) => {
    for (const { composer } of others.slice(0, count)) await composer.pressSequentially("a");
  };
  const shows = (count: number, text: RegExp) =>
    expect(async () => {
      await typing(count);
      await expect(reader.typing).toHaveText(text, { timeout: 1_000 });
    }).toPass();
  await shows(1, /^Alice is typing…$/);
  await shows(2, /^(Alice and Bob|Bob and Alice) are typing…$/);
  await shows(3, /^3 people are typing…$/);
});

test("stops when the message is sent, and is not said to oneself", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.pressSequentially("Hello");
  await expect(bob.typing).toHaveText("Alice is typing…");
  await expect(alice.typing).toBeEmpty();
  await alice.composer.press("Enter");
  await expect(bob.message("Hello")).toBeVisible();
  await expect(bob.typing).toBeEmpty();
});

test("fades by itself when somebody stops", async ({ arrive }) => {
  const bob = await arrive("Bob", LOBBY);
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.pressSequentially("Well");
  await expect(bob.typing).toHaveText("Alice is typing…");
  await expect(bob.typing).toBeEmpty();
  await expect(alice.composer).toHaveValue("Well");
});
