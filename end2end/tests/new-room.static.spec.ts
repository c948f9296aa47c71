// The page that makes a room: no script needed, and none sent.

import { expect, test } from "./support/test.js";

test("makes a room and opens it", { tag: "@phone" }, async ({ arrive }) => {
  const alice = await arrive("Alice", "/rooms/new");
  await alice.page.getByLabel("Name").fill("Tea & cake");
  await alice.page.getByLabel("Description").fill("What goes with what");
  await alice.page.getByRole("button", { name: "Create room" }).click();
  await expect(alice.title).toHaveText("Tea & cake");
  await expect(alice.page).toHaveURL(/\/rooms\/\d+-tea-cake$/);
});

for (const [what, name] of [
  ["taken", "lobby"],
  ["taken by its look", "L\u043ebby"],
  ["too long", "x".repeat(51)],
  ["invisible", "\u200b"],
] as const) {
  test(`a name that is ${what} is refused at the field, with everything kept`, async ({
    arrive,
    tolerate,
  }) => {
    tolerate(/status of 4\d\d/);
    const { page } = await arrive("Alice", "/rooms/new");
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Description").fill("Another one");
    await page.getByRole("button", { name: "Create room" }).click();
    await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/\S/);
    await expect(page.getByLabel("Name")).toHaveValue(name);
    await expect(page.getByLabel("Description")).toHaveValue("Another one");
  });
}

test("a visitor gives a name first and comes back here", async ({ arrive }) => {
  const { page } = await arrive(null, "/rooms/new");
  await expect(page.getByText("Say who you are first: a room shows who made it.")).toBeVisible();
  await page.getByLabel("Your name").fill("Alice");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(/\/rooms\/new$/);
});
