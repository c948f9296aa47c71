// Answering without script: on the page of the thread.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("who has no script answers on the page of the thread, and finds all of it there", async ({ arrive }) => {
  const alice = await arrive("Alice", LOBBY);
  const { number } = await alice.rest.post("A question");
  await alice.rest.post("Something else");
  await alice.rest.reply(number, "One answer");
  await alice.visit(LOBBY);
  await alice.message("A question").hover();
  await alice.message("A question").getByRole("link", { name: "Reply", exact: true }).click();
  await expect(alice.title).toHaveText("Thread");
  const texts = alice.page.locator(".thread .text");
  await expect(texts).toHaveText(["A question", "One answer"]);
  await alice.page.getByLabel("Answer").fill("Another one");
  await alice.page.getByRole("button", { name: "Send" }).click();
  await expect(texts).toHaveText(["A question", "One answer", "Another one"]);
  await alice.page.getByRole("link", { name: "Back to the room" }).click();
  const answer = alice.message("Another one");
  await expect(answer.locator(".quote")).toHaveText("Alice A question");
  await answer.locator(".quote a").click();
  await expect(alice.page).toHaveURL(/#m\d+$/);
});
