// The members of a room: let in by name, given a role, put out, kept out, and let in again.

import type { Page } from "@playwright/test";
import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

/** Makes a closed room, and answers its path. */
async function closedRoom(page: Page, name: string): Promise<string> {
  await page.goto("/rooms/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Who may see it").selectOption("closed");
  await page.getByRole("button", { name: "Create room" }).click();
  await expect(page).toHaveURL(/\/rooms\/\d+/);
  return new URL(page.url()).pathname;
}

async function letIn(page: Page, room: string, name: string) {
  await page.goto(`${room}/members`);
  await page.getByLabel("Let somebody in, by their name").fill(name);
  await page.getByRole("button", { name: "Let in" }).click();
}

async function openMember(page: Page, room: string, name: string) {
  await page.goto(`${room}/members`);
  await page.getByRole("main").getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
}

test("who is put out sees nothing of a closed room, until they are let in again", { tag: "@phone" }, async ({ arrive, tolerate }) => {
  tolerate(/status of 404/);
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const den = await closedRoom(alice.page, "Den");
  await letIn(alice.page, den, "Bob");
  await expect(alice.page.getByRole("main").getByRole("link", { name: "Bob", exact: true })).toBeVisible();
  await bob.page.goto(den);
  await expect(bob.composer).toBeVisible();

  await openMember(alice.page, den, "Bob");
  await alice.page.getByLabel("Role in the room").selectOption("moderator");
  await alice.page.getByRole("button", { name: "Give the role" }).click();
  await expect(alice.page.getByText(/^Moderator, since/)).toBeVisible();
  await openMember(alice.page, den, "Bob");
  await alice.page.getByRole("button", { name: "Put out", exact: true }).click();
  await expect(alice.page.getByRole("main").getByRole("link", { name: "Bob", exact: true })).toHaveCount(0);
  await bob.page.goto(den);
  await expect(bob.composer).toHaveCount(0);

  await letIn(alice.page, den, "Bob");
  await bob.page.goto(den);
  await expect(bob.composer).toBeVisible();
});

test("who is kept out of a room does not come in before that is taken back", async ({ arrive, tolerate }) => {
  tolerate(/status of 4\d\d/);
  const alice = await arrive("Alice", LOBBY);
  const bob = await arrive("Bob", LOBBY);
  const den = await closedRoom(alice.page, "Den");
  await letIn(alice.page, den, "Bob");
  await openMember(alice.page, den, "Bob");
  await alice.page.getByLabel("For how long").selectOption({ label: "A day" });
  await alice.page.getByLabel(/^Why/).fill("Too loud.");
  await alice.page.getByRole("button", { name: "Put out and keep out" }).click();
  await expect(alice.page.getByRole("heading", { name: "Kept out" })).toBeVisible();
  await expect(alice.page.getByText(/Too loud\./)).toBeVisible();

  await letIn(alice.page, den, "Bob");
  const field = alice.page.getByLabel("Let somebody in, by their name");
  await expect(field).toHaveAccessibleDescription(/kept out/);
  await bob.page.goto(den);
  await expect(bob.composer).toHaveCount(0);

  await alice.page.goto(`${den}/members`);
  await alice.page.getByRole("button", { name: "Take back" }).click();
  await expect(alice.page.getByRole("heading", { name: "Kept out" })).toHaveCount(0);
  await letIn(alice.page, den, "Bob");
  await bob.page.goto(den);
  await expect(bob.composer).toBeVisible();
});
