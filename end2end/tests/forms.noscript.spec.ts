// What only the plain forms and links do; with script the same is done by the program.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

test("sending the same form twice stores one message", async ({ arrive, server }) => {
  const alice = await arrive("Alice", LOBBY);
  const key = await alice.page.locator('input[name="client_id"]').inputValue();
  expect(key).not.toBe("");
  for (let time = 0; time < 2; time += 1) {
    const answer = await alice.page.request.post("/rooms/1-lobby/messages", {
      form: { content: "Twice", client_id: key },
      headers: { origin: server.url },
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(303);
  }
  expect(await alice.rest.history()).toHaveLength(1);
});

test("a double click sends once", async ({ arrive, history }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.composer.fill("Once");
  history.sent(alice, "Once");
  await alice.page.getByRole("button", { name: "Send" }).dblclick();
  await alice.isSent("Once");
  await expect(alice.messages).toHaveCount(1);
  expect(await alice.rest.history()).toHaveLength(1);
  await history.holds();
});

test("back, and what is there still sent again, is one message", async ({ arrive, history }) => {
  const alice = await arrive("Alice", LOBBY);
  await alice.say("Once");
  await alice.page.goBack();
  await expect(alice.composer, "the browser has put it there again").toHaveValue("Once");
  await alice.page.getByRole("button", { name: "Send" }).click();
  await alice.isSent("Once");
  await expect(alice.messages).toHaveCount(1);
  await history.holds();
});

test("back, and another text sent: it is asked for, and both are there", async ({
  arrive,
  tolerate,
  history,
}) => {
  tolerate(/status of 409/);
  const alice = await arrive("Alice", LOBBY);
  await alice.say("The first");
  await alice.page.goBack();
  await alice.send("The second");
  const field = alice.page.getByRole("textbox");
  await expect(field).toHaveValue("The second");
  await expect(field).toHaveAccessibleDescription(/this one is not sent yet/);
  await alice.page.getByRole("button", { name: "Send" }).click();
  for (const text of ["The first", "The second"]) await alice.isSent(text);
  await expect(alice.messages).toHaveCount(2);
  await history.holds();
});

test("page back through the history", async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.fill(120);
  const reader = await arrive("Reader", LOBBY);
  await reader.page.getByRole("link", { name: "Older messages" }).click();
  await expect(reader.message("a line 70")).toBeAttached();
  await expect(reader.message("a line 71")).toHaveCount(0);
  await reader.page.getByRole("link", { name: "Older messages" }).click();
  await expect(reader.message("a line 1")).toBeAttached();
  await expect(reader.page.getByText("This is the beginning of Lobby.")).toBeAttached();
  await reader.page.getByRole("link", { name: "Newer messages" }).click();
  await expect(reader.message("a line 70")).toBeAttached();
});

test("a refused message is shown again with its text and the reason", async ({ arrive, tolerate }) => {
  tolerate(/status of 422/);
  const alice = await arrive("Alice", LOBBY);
  const text = "x".repeat(10_001);
  await alice.send(text);
  const field = alice.page.getByRole("textbox");
  await expect(field).toHaveValue(text);
  await expect(field).toHaveAccessibleDescription(/at most 10000 characters/);
});
