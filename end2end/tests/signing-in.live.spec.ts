// Who signs in goes on where they were.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const PASSWORD = "a kettle of green tea";

test("a draft goes on after signing in", async ({ arrive }) => {
  const { page: made } = await arrive(null, "/join");
  await made.getByLabel("Your name").fill("Ada");
  await made.getByLabel("Password (optional)").fill(PASSWORD);
  await made.getByRole("button", { name: "Join", exact: true }).click();
  await made.waitForURL((url) => url.pathname !== "/join");

  const guest = await arrive("Gus", LOBBY);
  await guest.say("As a guest");
  await guest.composer.fill("Half a thought");
  await guest.visit(`/signin?next=${LOBBY}`);
  await guest.page.getByLabel("Your name").fill("Ada");
  await guest.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await guest.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await guest.page.waitForURL(new RegExp(LOBBY));
  await guest.settled();
  await expect(guest.self("Ada")).toBeVisible();
  await expect(guest.composer).toHaveValue("Half a thought");
  await guest.composer.press("Enter");
  await expect(guest.message("Half a thought")).toBeVisible();
  await expect(guest.composer).toHaveValue("");
});
