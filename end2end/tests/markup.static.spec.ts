// Whatever people type is text: in the page, in its embedded state and over the wire.

import { LOBBY } from "./support/chat.js";
import { expect, test } from "./support/test.js";

const NASTY = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<!--<script>",
  '"><svg onload=alert(1)>',
  "{{7*7}}${alert(1)}",
  "</textarea><script>alert(1)</script>",
];

for (const nasty of NASTY) {
  test(`${nasty} is text in every field`, async ({ arrive }) => {
    const name = nasty.slice(0, 32);
    const writer = await arrive(name);
    const room = await writer.rest.makeRoom(nasty.slice(0, 50), `About ${nasty}`);
    const message = await writer.rest.post(nasty, room.id);
    await writer.rest.edit(message.number, `${nasty}!`, room.id);
    await writer.rest.post(nasty, room.id);
    await writer.visit(`/rooms/${room.id}`);
    await expect(writer.title).toHaveText(nasty.slice(0, 50));
    await expect(writer.page.locator(".room-description")).toHaveText(`About ${nasty}`);
    await expect(writer.log.locator(".text")).toHaveText([`${nasty}!`, nasty]);
    await expect(writer.log.locator(".author").first()).toHaveText(name);
    await expect(writer.roomLink(nasty.slice(0, 50))).toBeVisible();
    await expect(writer.page.locator(".me")).toHaveText(name);
    await expect(writer.page.locator("img, svg[onload]")).toHaveCount(0);
    await writer.page.goto(`/rooms/${room.id}/m/${message.number}/edit`);
    await expect(writer.page.getByLabel("Message")).toHaveValue(`${nasty}!`);
  });
}

test("a spoiler opens by a click and by the keyboard, and closes again", async ({ arrive }) => {
  const writer = await arrive("Writer");
  await writer.rest.post("It was ||the *butler*||.");
  const reader = await arrive("Reader", LOBBY);
  const secret = reader.log.locator(".spoiler > span");
  await expect(secret).toBeHidden();
  await reader.log.locator(".spoiler").click();
  await expect(secret).toHaveText("the butler");
  await expect(secret).toBeVisible();
  await reader.log.getByRole("checkbox", { name: "Spoiler" }).focus();
  await reader.page.keyboard.press("Space");
  await expect(secret).toBeHidden();
});

test("text that runs the other way stays in its place", async ({ arrive }) => {
  const writer = await arrive("\u05d0\u05dc\u05d9\u05e1");
  await writer.rest.post("\u05e9\u05dc\u05d5\u05dd \u202e hidden");
  const reader = await arrive("Reader", LOBBY);
  const line = reader.messages.first();
  await expect(line.locator(".author bdi")).toHaveText("\u05d0\u05dc\u05d9\u05e1");
  await expect(line.locator(".text")).toHaveAttribute("dir", "auto");
});
