// What can be done with a message, behind a link beside it.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("all that can be done with a message is on a page", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Hello");
  const actions = await alice.actions(alice.message("Hello"));
  await expect(alice.page.locator("main .quote")).toHaveText("Alice Hello");
  for (const name of ["Copy link", "Copy text"]) await expect(actions.getByText(name)).toHaveCount(0);
  await actions.getByRole("button", { name: "React with 👍" }).click();
  await expect(alice.message("Hello").locator(".reaction")).toHaveText("👍 1");
  await alice.actions(alice.message("Hello"));
  await actions.getByRole("link", { name: "Edit" }).click();
  await expect(alice.page.getByLabel("Message")).toHaveValue("Hello");
});
