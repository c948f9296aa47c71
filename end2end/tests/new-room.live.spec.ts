// A room is made in a modal, and is in everybody's list at once.

import { expect, test } from "./support/test.js";

test("a new room opens, and others see it at once", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice");
  const bob = await arrive("Bob");
  await alice.page.getByRole("link", { name: "New room" }).click();
  await expect(alice.dialog).toBeVisible();
  await alice.dialog.getByLabel("Name").fill("Tea & cake");
  await alice.dialog.getByLabel("Description").fill("What goes with what");
  await alice.confirm.click();
  await expect(alice.title).toHaveText("Tea & cake");
  await expect(alice.page.locator(".room-description")).toHaveText("What goes with what");
  await expect(alice.page).toHaveURL(/\/rooms\/\d+-tea-cake$/);
  await expect(bob.roomLink("Tea & cake")).toBeVisible();
});

test("both fields say what is wrong as one types", async ({ arrive }) => {
  const { page, dialog } = await arrive("Alice");
  await page.getByRole("link", { name: "New room" }).click();
  const name = dialog.getByLabel("Name");
  await name.fill("x".repeat(51));
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription("The name can have at most 50 characters.");
  await name.fill("Tea");
  await expect(name).not.toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription("");
  const description = dialog.getByLabel("Description");
  await description.fill("x".repeat(501));
  await expect(description).toHaveAccessibleDescription(/at most 500 characters/);
});

test("a name that is taken is said at the field, with everything kept", async ({ arrive, tolerate }) => {
  tolerate(/status of 422/);
  const { page, dialog, confirm } = await arrive("Alice");
  await page.getByRole("link", { name: "New room" }).click();
  await dialog.getByLabel("Name").fill("LOBBY");
  await dialog.getByLabel("Description").fill("Another one");
  await confirm.click();
  await expect(dialog.getByLabel("Name")).toHaveAccessibleDescription(/\S/);
  await expect(dialog.getByLabel("Name")).toHaveValue("LOBBY");
  await expect(dialog.getByLabel("Description")).toHaveValue("Another one");
  await expect(dialog.getByLabel("Name")).toBeFocused();
});

test("a form that the server cannot give is no empty modal", async ({ arrive, wire, tolerate }) => {
  tolerate(/WebSocket connection to|net::ERR_/);
  const alice = await arrive("Alice", "/", { via: wire });
  wire.cut();
  await alice.isLost();
  const link = alice.page.getByRole("link", { name: "New room" });
  await link.click();
  await expect(alice.notice).toContainText("cannot be reached");
  await expect(alice.dialog).toBeHidden();
  wire.mend();
  await link.click();
  await expect(alice.dialog.getByLabel("Name")).toBeFocused();
});

test("a visitor is asked for a name first, and told why, then for the room", async ({ arrive, tolerate }) => {
  tolerate(/status of 422/);
  const visitor = await arrive(null);
  const why = visitor.dialog.getByText("Say who you are first: a room shows who made it.");
  await visitor.page.getByRole("link", { name: "New room" }).click();
  await expect(why).toBeVisible();
  // Reserved: only the server knows.
  await visitor.dialog.getByLabel("Your name").fill("System");
  await visitor.confirm.click();
  await expect(visitor.dialog.getByLabel("Your name")).toHaveAttribute("aria-invalid", "true");
  await expect(visitor.dialog.getByLabel("Your name")).toBeFocused();
  await expect(why).toBeVisible();
  await visitor.dialog.getByLabel("Your name").fill("Alice");
  await visitor.confirm.click();
  await visitor.dialog.getByLabel("Name", { exact: true }).fill("Tea");
  await visitor.confirm.click();
  await expect(visitor.title).toHaveText("Tea");
});

test("a room that was given up is not asked for once the name is there", async ({ arrive }) => {
  const visitor = await arrive(null, "/rooms/1");
  await visitor.page.getByRole("link", { name: "New room" }).click();
  await visitor.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(visitor.dialog).toBeHidden();
  const bar = visitor.page.locator(".join-bar");
  await bar.getByLabel("Your name").fill("Alice");
  await bar.getByRole("button", { name: "Join" }).click();
  await expect(visitor.composer).toBeVisible();
  await visitor.isLive();
  await expect(visitor.dialog).toBeHidden();
});

test("Escape closes the modal and nothing was made", async ({ arrive }) => {
  const alice = await arrive("Alice");
  await alice.page.getByRole("link", { name: "New room" }).click();
  await alice.dialog.getByLabel("Name").fill("Tea");
  await alice.page.keyboard.press("Escape");
  await expect(alice.dialog).toBeHidden();
  await expect(alice.roomLink("Lobby")).toBeVisible();
  await expect(alice.roomLink("Tea")).toHaveCount(0);
});
