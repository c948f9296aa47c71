// What is dropped on the page or pasted into it: a file is refused in words, and nothing leads away.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

type Carried = { file?: boolean; text?: string };

/** Whether the browser is kept from doing what it would, at each event that a drop is. */
function drops({ page }: Chat, onto: string, carried: Carried): Promise<boolean[]> {
  return page.evaluate(
    ([onto, { file, text }]) => {
      const carrier = new DataTransfer();
      if (file) carrier.items.add(new File(["%PDF"], "minutes.pdf", { type: "application/pdf" }));
      if (text) carrier.setData("text/plain", text);
      const target = document.querySelector(onto)!;
      return ["dragover", "drop"].map((kind) => {
        const options = { dataTransfer: carrier, bubbles: true, cancelable: true };
        return !target.dispatchEvent(new DragEvent(kind, options));
      });
    },
    [onto, carried] as const,
  );
}

function pastes({ composer }: Chat, carried: Carried): Promise<boolean> {
  return composer.evaluate((field, { file, text }) => {
    const carrier = new DataTransfer();
    if (file) carrier.items.add(new File(["GIF89a"], "shot.png", { type: "image/png" }));
    if (text) carrier.setData("text/plain", text);
    const options = { clipboardData: carrier, bubbles: true, cancelable: true };
    return !field.dispatchEvent(new ClipboardEvent("paste", options));
  }, carried);
}

const REFUSED = "Files cannot be sent here yet.";

test("a file that is dropped does not lead away, and a sentence says why", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  for (const onto of [".scroller", "#composer-text", ".room-list a", "body"]) {
    expect(await drops(alice, onto, { file: true }), onto).toEqual([true, true]);
    await expect(alice.notice).toHaveText(REFUSED);
  }
  await expect(alice.page).toHaveURL(/\/rooms\/1-lobby$/);
  await expect(alice.composer).toHaveValue("");
});

test("text goes into a field, and nowhere else", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  expect(await drops(alice, "#composer-text", { text: "https://example.org" })).toEqual([false, false]);
  expect(await drops(alice, ".scroller", { text: "https://example.org" })).toEqual([true, true]);
  await expect(alice.notice).toBeHidden();
});

test("a picture that is pasted is refused; a table is its text", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  expect(await pastes(alice, { file: true, text: "a\tb" })).toBe(false);
  await expect(alice.notice).toBeHidden();
  expect(await pastes(alice, { file: true })).toBe(true);
  await expect(alice.notice).toHaveText(REFUSED);
});
