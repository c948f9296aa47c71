// A person's card over the room: opened from a name or a face, by hand and by the keyboard, and closed again.

import { type Chat, LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const card = ({ dialog }: Chat, name: string) => dialog.getByRole("heading", { name });

test("a name or a face in the log opens the card over the room", { tag: "@phone" }, async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice", LOBBY), await arrive("Bob", LOBBY)];
  await bob.say("Hello");
  await alice.composer.fill("What I was about to say");
  await alice.message("Hello").locator(".author").click();
  await expect(card(alice, "Bob")).toBeVisible();
  await expect(alice.dialog.getByRole("button", { name: "Write to them alone" })).toBeVisible();
  expect(new URL(alice.page.url()).pathname).toBe(LOBBY);
  await alice.dialog.getByRole("button", { name: "Close" }).click();
  await expect(alice.dialog).toHaveCount(0);
  await expect(alice.composer).toHaveValue("What I was about to say");
  const face = await alice.message("Hello").locator(".face").boundingBox();
  await alice.page.mouse.click(face!.x + face!.width / 2, face!.y + face!.height / 2);
  await expect(card(alice, "Bob")).toBeVisible();
  await alice.page.keyboard.press("Escape");
  await expect(alice.dialog).toHaveCount(0);
  await bob.say("Still here");
  await expect(alice.message("Still here")).toBeVisible();
});

test("so does a name in the list of who is here, by the keyboard, which gets the focus back", async ({ arrive }) => {
  const [alice] = [await arrive("Alice", LOBBY), await arrive("Bob", LOBBY)];
  const name = alice.people.getByRole("link", { name: "Bob" });
  await name.focus();
  await alice.page.keyboard.press("Enter");
  await expect(card(alice, "Bob")).toBeVisible();
  await alice.page.keyboard.press("Escape");
  await expect(alice.dialog).toHaveCount(0);
  await expect(name).toBeFocused();
});

test("from a message that has the focus its writer's card is a Tab away", async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice", LOBBY), await arrive("Bob", LOBBY)];
  await bob.say("Hello");
  await alice.message("Hello").focus();
  await alice.page.keyboard.press("Tab");
  await expect(alice.message("Hello").locator(".author")).toBeFocused();
  await alice.page.keyboard.press("Enter");
  await expect(card(alice, "Bob")).toBeVisible();
  await alice.page.keyboard.press("Escape");
  await expect(alice.message("Hello").locator(".author")).toBeFocused();
});

test("the middle button opens the page in a tab of its own", async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice", LOBBY), await arrive("Bob", LOBBY)];
  await bob.say("Hello");
  const opened = alice.page.context().waitForEvent("page");
  await alice.message("Hello").locator(".author").click({ button: "middle" });
  const tab = await opened;
  await expect(tab.getByRole("heading", { level: 1, name: "Bob" })).toBeVisible();
  await expect(alice.dialog).toHaveCount(0);
});

test("writing to somebody alone and blocking them go from the card", async ({ arrive }) => {
  const [alice, bob] = [await arrive("Alice", LOBBY), await arrive("Bob", LOBBY)];
  await bob.say("Something rude");
  const author = alice.message("Something rude").locator(".author");
  await author.click();
  await alice.dialog.getByRole("button", { name: "Block" }).click();
  await expect(alice.page).toHaveURL(new RegExp(`${LOBBY}$`));
  await expect(alice.log.getByText("Hidden message, show")).toBeVisible();
  await alice.settled();
  await author.click();
  await alice.dialog.getByRole("button", { name: "Unblock" }).click();
  await alice.settled();
  await author.click();
  await alice.dialog.getByRole("button", { name: "Write to them alone" }).click();
  await expect(alice.title).toHaveText("Bob");
});

test("who keeps the room puts somebody out from the card", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { id } = await alice.rest.makeRoom("The den");
  const [owner, bob] = [await alice.anotherTab(`/rooms/${id}`), await arrive("Bob", `/rooms/${id}`)];
  await bob.say("I am in");
  await owner.message("I am in").locator(".author").click();
  await owner.dialog.getByText("In The den", { exact: true }).click();
  await owner.dialog.getByRole("button", { name: "Put out", exact: true }).click();
  await expect(owner.title).toHaveText("The den");
  await owner.message("I am in").locator(".author").click();
  await expect(owner.dialog.getByText("No member in The den")).toBeVisible();
});
