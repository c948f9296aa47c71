// Every page and state there is to look at.

import { expect } from "@playwright/test";
import { type Chat, LOBBY } from "./chat.js";
import type { Guest } from "./rest.js";

export type Place = {
  name: string;
  /** Who looks: somebody with a name, or a visitor. */
  as: "Alice" | null;
  open: (chat: Chat, made: Made) => Promise<void>;
};

/** What `furnish` has put there. */
export type Made = { room: number; own: number };

const LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen".repeat(4);

/** A room with everything in it that a room can have. */
export async function furnish(bob: Guest, alice: Guest): Promise<Made> {
  const room = await alice.makeRoom(
    "Wasserkraftwerksbetriebsgenossenschaftsversammlung",
    `About ${LONG}`,
  );
  await bob.fill(3, "a line", room.id);
  await bob.post(`${LONG} https://example.org/${LONG}`, room.id);
  const changed = await bob.post("To be changed", room.id);
  await bob.edit(changed.number, "Changed", room.id);
  const gone = await bob.post("To be removed", room.id);
  await bob.remove(gone.number, room.id);
  const own = await alice.post("Of my own\nwith two lines", room.id);
  return { room: room.id, own: own.number };
}

const at =
  (path: (made: Made) => string) =>
  (chat: Chat, made: Made): Promise<void> =>
    chat.visit(path(made));

const room = at(({ room }) => `/rooms/${room}`);

export const PLACES: Place[] = [
  { name: "welcome", as: null, open: at(() => "/") },
  { name: "a room, as a visitor", as: null, open: room },
  { name: "a room", as: "Alice", open: room },
  { name: "an empty room", as: "Alice", open: at(() => LOBBY) },
  { name: "a message in its place", as: "Alice", open: at(({ room, own }) => `/rooms/${room}/m/${own}`) },
  { name: "the page of a new room", as: "Alice", open: at(() => "/rooms/new") },
  { name: "the page where one joins", as: null, open: at(() => "/join") },
  { name: "the page of one's name", as: "Alice", open: at(() => "/me") },
  { name: "the page of an edit", as: "Alice", open: at(({ room, own }) => `/rooms/${room}/m/${own}/edit`) },
  { name: "the page that changes a room", as: "Alice", open: at(({ room }) => `/rooms/${room}/edit`) },
  { name: "the page that asks before a room goes", as: "Alice", open: at(({ room }) => `/rooms/${room}/delete`) },
  { name: "all rooms", as: "Alice", open: at(() => "/rooms/all") },
  { name: "a search without a find", as: null, open: at(() => "/rooms/all?q=zzz") },
  { name: "nothing here", as: null, open: at(() => "/nowhere") },
  { name: "the page that finds a room", as: "Alice", open: at(() => "/go?q=lob") },
  {
    name: "the panel that finds a room",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.page.keyboard.press("Control+k");
      await expect(chat.dialog.getByRole("option").first()).toBeVisible();
    },
  },
  { name: "the page of keys", as: "Alice", open: at(() => "/keys") },
  {
    name: "the menu of a room",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.menu.locator("summary").click();
      await expect(chat.menu.getByText("Delete room")).toBeVisible();
    },
  },
  {
    name: "a room that one has just left",
    as: "Alice",
    open: async (chat, made) => {
      await chat.visit(`/rooms/${made.room}`);
      await chat.fromMenu("Leave");
      await expect(chat.looking).toBeVisible();
      await expect(chat.notice).not.toBeEmpty();
    },
  },
  {
    name: "a refused form",
    as: "Alice",
    open: async (chat) => {
      const { page } = chat;
      await chat.visit("/rooms/new");
      await page.getByLabel("Name").fill("lobby");
      await page.getByRole("button", { name: "Create room" }).click();
      await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "the modal of a new room, with errors",
    as: "Alice",
    open: async (chat) => {
      const { page, dialog } = chat;
      await chat.visit("/");
      await page.getByRole("link", { name: "New room" }).click();
      await dialog.getByLabel("Name").fill("x".repeat(51));
      await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "the modal that asks for a name",
    as: null,
    open: async (chat) => {
      await chat.visit("/");
      await chat.page.getByRole("link", { name: "New room" }).click();
      await expect(chat.dialog).toBeVisible();
    },
  },
  {
    name: "an edit in the room",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.composer.press("ArrowUp");
      await expect(chat.page.getByRole("textbox", { name: "Edit your message" })).toBeFocused();
    },
  },
  {
    name: "the question before a message goes",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.messages.last().locator(".text").click();
      await chat.messages.last().getByRole("button", { name: "Delete" }).click();
      await expect(chat.dialog).toBeVisible();
    },
  },
  {
    name: "refused messages, one of a room that is gone",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.page.evaluate((room_id) => {
        const waiting = [
          { client_id: "r1", room_id, content: "Of this room", refused: "Not today." },
          { client_id: "r2", room_id: 999, content: "Of another", refused: "The room was deleted." },
        ];
        localStorage.setItem("parlour.outbox", JSON.stringify(waiting));
      }, made.room);
      await room(chat, made);
      await expect(chat.message("Of this room")).toContainText("Not today.");
      await expect(chat.unsent).toContainText("The room was deleted.");
    },
  },
  {
    name: "in a browser that keeps nothing",
    as: "Alice",
    open: async (chat, made) => {
      await chat.forbidStorage();
      await room(chat, made);
      await chat.composer.fill("A draft");
      await expect(chat.waiting).not.toBeEmpty();
    },
  },
  {
    name: "without connection, with a message that waits",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.page.context().setOffline(true);
      await chat.isLost();
      await chat.send("Waiting");
      await expect(chat.message("Waiting")).toHaveAttribute("data-state", "queued");
    },
  },
];
