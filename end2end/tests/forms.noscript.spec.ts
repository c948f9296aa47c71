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
