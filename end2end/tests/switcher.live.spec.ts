// To another room without looking for it: by a part of its name, or to the one beside it.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const field = ({ dialog }: Chat) => dialog.getByRole("combobox", { name: "Go to a room" });

const options = ({ dialog }: Chat) => dialog.getByRole("option");

/** The one that Enter leads to, as the field says it to who cannot see it. */
async function isChosen(chat: Chat, name: string | RegExp) {
  const chosen = chat.dialog.getByRole("option", { selected: true });
  await expect(chosen).toHaveText(name);
  const id = await chosen.getAttribute("id");
  await expect(field(chat)).toHaveAttribute("aria-activedescendant", id ?? "none");
}

async function house(chat: Chat, names: string[]) {
  for (const name of names) await chat.rest.makeRoom(name);
}

test("Ctrl K, a part of a name, Enter; and Ctrl K, Enter leads back", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await house(alice, ["Attic", "Kitchen garden", "Garden"]);
  await alice.visit(LOBBY);
  const { keyboard } = alice.page;
  await alice.composer.fill("A draft");
  await keyboard.press("Control+k");
  // It is there at once: no key goes into the composer.
  await keyboard.type("gard");
  await expect(field(alice)).toHaveValue("gard");
  await expect(field(alice)).toBeFocused();
  await expect(options(alice)).toHaveText(["Garden", "Kitchen garden"]);
  await isChosen(alice, "Garden");
  await keyboard.press("ArrowDown");
  await isChosen(alice, "Kitchen garden");
  await keyboard.press("ArrowDown");
  await isChosen(alice, "Garden");
  await keyboard.press("ArrowUp");
  await isChosen(alice, "Kitchen garden");
  await keyboard.press("Enter");
  await expect(alice.title).toHaveText("Kitchen garden");
  await expect(alice.dialog).toBeHidden();
  await expect(alice.composer).toBeFocused();
  await keyboard.press("Control+k");
  await expect(options(alice).first(), "the one before").toHaveText("Lobby");
  await keyboard.press("Enter");
  await expect(alice.title).toHaveText("Lobby");
  await expect(alice.composer).toHaveValue("A draft");
});

test("Escape and Ctrl K close it, and the focus is where it was", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("ArrowUp");
  for (const key of ["Escape", "Control+k"]) {
    await keyboard.press("Control+k");
    await expect(field(alice)).toBeFocused();
    await keyboard.press(key);
    await expect(alice.dialog).toBeHidden();
    await expect(alice.message("Hello")).toBeFocused();
  }
});

test("case and accents do not count, and what is not there is said", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await house(alice, ["Café Noir", "<b>Tea</b>"]);
  await alice.visit(LOBBY);
  const { page } = alice;
  await page.keyboard.press("Control+k");
  await field(alice).fill("cafe");
  await expect(options(alice)).toHaveText(["Café Noir"]);
  await field(alice).fill("NOIR CAFÉ");
  await expect(options(alice)).toHaveText(["Café Noir"]);
  await field(alice).fill("<b>");
  await expect(options(alice)).toHaveText(["<b>Tea</b>"]);
  await field(alice).fill("cellar");
  await expect(options(alice)).toHaveCount(0);
  await expect(alice.dialog.getByRole("status")).toHaveText("Nothing here is called that.");
  await page.keyboard.press("Enter");
  await expect(alice.dialog, "it leads nowhere").toBeVisible();
  await field(alice).fill("lob");
  await expect(alice.dialog.getByRole("status")).toBeEmpty();
});

test("with a finger: the link opens it, and a line leads there", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await house(alice, ["Attic", "Garden"]);
  await alice.visit("/rooms");
  await alice.sidebar.getByRole("link", { name: "Find" }).click();
  await field(alice).fill("gar");
  await options(alice).getByText("Garden").click();
  await expect(alice.title).toHaveText("Garden");
  await expect(alice.dialog).toBeHidden();
});

test("a room that is not listed is found, too", async ({ arrive }) => {
  const bob = await arrive("Bob", "/me");
  const rooms = ["Zzz attic"];
  for (let n = 100; n < 160; n += 1) rooms.push(`Room ${n}`);
  await house(bob, rooms);
  const alice = await arrive("Alice", LOBBY);
  await expect(alice.roomLink("Zzz attic")).toHaveCount(0);
  await alice.page.keyboard.press("Control+k");
  await field(alice).fill("zzz");
  await expect(options(alice)).toHaveText(["Zzz attic"]);
  await isChosen(alice, "Zzz attic");
  await field(alice).press("Enter");
  await expect(alice.title).toHaveText("Zzz attic");
  // Whatever both know is there once.
  await alice.page.keyboard.press("Control+k");
  await field(alice).fill("room 15");
  await expect(options(alice)).toHaveCount(11);
  expect(new Set(await options(alice).allTextContents()).size).toBe(11);
});

test("Alt and the arrows walk the rooms, with Shift those that are unread", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  const bob = await arrive("Bob", "/me");
  const made = [];
  for (const name of ["Attic", "Garden", "Office"]) made.push(await alice.rest.makeRoom(name));
  await alice.visit(LOBBY);
  const { keyboard } = alice.page;
  await alice.composer.focus();
  // As the sidebar has them, and round: she is in all but the lobby, at which she only looks.
  await keyboard.press("Alt+ArrowDown");
  await expect(alice.title).toHaveText("Attic");
  await keyboard.press("Alt+ArrowDown");
  await expect(alice.title).toHaveText("Garden");
  await keyboard.press("Alt+ArrowUp");
  await keyboard.press("Alt+ArrowUp");
  await expect(alice.title).toHaveText("Lobby");
  await keyboard.press("Alt+Shift+ArrowDown");
  await expect(alice.notice).toHaveText("Nothing is unread.");
  await bob.rest.post("Upstairs", made[0]?.id);
  await expect(alice.roomLink("Attic").locator(".unread")).toHaveText("1");
  await keyboard.press("Alt+Shift+ArrowDown");
  await expect(alice.title).toHaveText("Attic");
  await expect(alice.composer).toBeFocused();
});

test("the keys are listed, and those without Ctrl or Alt can be switched off", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  const { keyboard } = alice.page;
  await alice.scroller.focus();
  await keyboard.press("?");
  await expect(alice.dialog).toHaveAccessibleName("Keyboard shortcuts");
  const box = alice.dialog.getByRole("checkbox");
  await expect(box).toBeChecked();
  await box.uncheck();
  await alice.dialog.getByRole("button", { name: "Close" }).click();
  await expect(alice.dialog).toBeHidden();
  await alice.scroller.focus();
  await keyboard.press("k");
  await keyboard.press("?");
  await keyboard.press("x");
  await expect(alice.scroller).toBeFocused();
  await expect(alice.dialog).toBeHidden();
  await expect(alice.composer).toHaveValue("");
  await keyboard.press("ArrowUp");
  await expect(alice.message("Hello"), "arrows are no letters").toBeFocused();
  // It is kept, and can be switched on again by a link.
  await alice.page.reload();
  await alice.settled();
  await alice.scroller.focus();
  await keyboard.press("k");
  await expect(alice.scroller).toBeFocused();
  await alice.fromMenu("Keyboard shortcuts");
  await expect(box).not.toBeChecked();
  await box.check();
  await keyboard.press("Escape");
  await alice.scroller.focus();
  await keyboard.press("k");
  await expect(alice.message("Hello")).toBeFocused();
});
