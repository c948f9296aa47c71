// A room is given another name while people are in it, and elsewhere.

import { LOBBY } from "./support/chat.js";
import { CUT_OFF, expect, test } from "./support/test.js";

test("a room is called otherwise for everybody at once, and its address with it", { tag: "@phone" }, async ({
  arrive,
  history,
}) => {
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea", "With milk");
  await alice.visit(`/rooms/${tea.id}-tea`);
  const bob = await arrive("Bob", `/rooms/${tea.id}-tea`);
  const carol = await arrive("Carol", LOBBY);
  await bob.say("Before");
  await expect(bob.change, "only who made it").toHaveCount(0);
  await alice.changeRoom();
  await expect(alice.dialog.getByLabel("Name")).toHaveValue("Tea");
  await expect(alice.dialog.getByLabel("Description")).toHaveValue("With milk");
  await alice.dialog.getByLabel("Name").fill("Coffee & cake");
  await alice.dialog.getByLabel("Description").fill("Without");
  await alice.confirm.click();
  await expect(alice.dialog).toBeHidden();
  for (const one of [alice, bob]) {
    await expect(one.title).toHaveText("Coffee & cake");
    await expect(one.page.locator(".room-description")).toHaveText("Without");
    await expect(one.page).toHaveURL(new RegExp(`/rooms/${tea.id}-coffee-cake$`));
    await expect(one.page).toHaveTitle(/Coffee & cake/);
  }
  for (const one of [alice, bob, carol]) {
    // On a phone the list is behind the room.
    const line = one.page.locator(".room-list a").filter({ hasText: "Coffee & cake" });
    await expect(line).toHaveAttribute("href", `/rooms/${tea.id}-coffee-cake`);
    await expect(one.page.locator(".room-list bdi").filter({ hasText: "Tea" })).toHaveCount(0);
  }
  await bob.say("After");
  await expect(alice.message("After")).toBeVisible();
  await history.holds();
  // The entry of the tab's history was put right, and none was made.
  await bob.page.goBack();
  await expect(bob.page).not.toHaveURL(/\/rooms\/\d/);
});

test("the list stays in order", async ({ arrive }) => {
  const alice = await arrive("Alice", "/me");
  await alice.rest.makeRoom("Cellar");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}`);
  await expect(alice.sidebar.locator(".room-list bdi")).toHaveText(["Cellar", "Tea", "Lobby"]);
  await alice.rest.changeRoom(tea.id, { name: "Attic" });
  await expect(alice.sidebar.locator(".room-list bdi")).toHaveText(["Attic", "Cellar", "Lobby"]);
});

test("a name that is taken is said at the field, with everything kept", async ({ arrive, tolerate }) => {
  tolerate(/status of 422/);
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  await alice.visit(`/rooms/${tea.id}`);
  await alice.changeRoom();
  await alice.dialog.getByLabel("Name").fill("LOBBY");
  await alice.dialog.getByLabel("Description").fill("Another one");
  await alice.confirm.click();
  await expect(alice.dialog.getByLabel("Name")).toHaveAccessibleDescription(/Lobby/);
  await expect(alice.dialog.getByLabel("Description")).toHaveValue("Another one");
  await expect(alice.title).toHaveText("Tea");
});

test("who was away finds the room under its new name", async ({ arrive, tolerate, history }) => {
  tolerate(CUT_OFF);
  const alice = await arrive("Alice", "/me");
  const tea = await alice.rest.makeRoom("Tea");
  const bob = await arrive("Bob", `/rooms/${tea.id}-tea`);
  await bob.say("Before");
  await bob.page.context().setOffline(true);
  await bob.isLost();
  await alice.rest.changeRoom(tea.id, { name: "Coffee", description: "Black" });
  await alice.rest.post("Meanwhile", tea.id);
  await bob.page.context().setOffline(false);
  await bob.isLive(40_000);
  await expect(bob.title).toHaveText("Coffee");
  await expect(bob.page.locator(".room-description")).toHaveText("Black");
  await expect(bob.message("Meanwhile")).toBeVisible();
  await expect(bob.page).toHaveURL(new RegExp(`/rooms/${tea.id}-coffee$`));
  await history.holds();
});
