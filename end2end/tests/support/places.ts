// Every page and state there is to look at.

import { expect } from "@playwright/test";
import { type Chat, LOBBY } from "./chat.js";
import type { Guest } from "./rest.js";

/** A state that something has to be done for. */
export type Place = {
  name: string;
  /** Who looks: somebody with a name, or a visitor. */
  as: "Alice" | null;
  open: (chat: Chat, made: Made) => Promise<void>;
};

/**
 * What `furnish` has put there: a room, a message of Alice's in it, and Bob; a room of each other kind with Alice in it,
 * an invitation to the closed one, and the link with which somebody makes the house theirs.
 */
export type Made = {
  room: number;
  own: number;
  bob: number;
  closed: number;
  archived: number;
  direct: number;
  code: string;
  setup: string;
};

const LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen".repeat(4);

/** A room with everything in it that a room can have. */
export async function furnish(bob: Guest, alice: Guest, setup: string): Promise<Made> {
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
  const closed = await alice.makeRoom("Cellar", "", { kind: "closed" });
  const archived = await alice.makeRoom("Attic");
  const direct = await alice.talkTo(changed.user_id);
  for (const { id } of [closed, archived, direct]) await alice.fill(2, "a line", id);
  await alice.changeRoom(archived.id, { archived: true });
  return {
    room: room.id,
    own: own.number,
    bob: changed.user_id,
    closed: closed.id,
    archived: archived.id,
    direct: direct.id,
    code: await alice.invite(closed.id),
    setup,
  };
}

/** The pages that have nothing but an address, by who looks at them; each looker sees one after the other. */
export const PAGES: Record<"a visitor" | "Alice" | "the owner", (made: Made) => string[]> = {
  "a visitor": ({ room, archived, closed, code, setup }) => [
    "/",
    setup,
    `/i/${code}`,
    `/rooms/${archived}`,
    `/rooms/${closed}`,
    `/rooms/${room}`,
    "/join",
    "/signin",
    "/rooms/all?q=zzz",
    "/nowhere",
    "/i/not-a-code",
  ],
  Alice: ({ room, own, bob, closed, archived, direct }) => [
    `/rooms/${room}`,
    `/rooms/${closed}`,
    `/rooms/${closed}/members`,
    `/rooms/${closed}/level`,
    `/rooms/${archived}`,
    `/rooms/${direct}`,
    LOBBY,
    `/rooms/${room}/m/${own}`,
    `/rooms/${room}/m/${own}/edit`,
    `/rooms/${room}/m/${own}/react`,
    `/rooms/${room}/m/${own}/reactions`,
    `/rooms/${room}/m/${own}/forward`,
    `/rooms/${room}/pins`,
    `/rooms/${room}/date`,
    `/rooms/${room}/edit`,
    `/rooms/${room}/delete`,
    `/rooms/${room}/members`,
    `/rooms/${room}/members/${bob}`,
    `/rooms/${room}/invites`,
    "/rooms/new",
    "/rooms/all",
    "/saved",
    "/go?q=lob",
    "/keys",
    "/emoji",
    "/me",
    "/people?q=bo",
    `/people/${bob}`,
    "/settings",
    "/settings/device",
    "/signout",
  ],
  "the owner": ({ room, bob }) => [
    "/admin",
    "/admin/people?guests=on",
    `/admin/people/${bob}`,
    "/admin/rooms",
    "/admin/settings",
    "/admin/permissions",
    "/invites",
    "/settings",
    "/settings/leave",
    `/people/${bob}`,
    `/rooms/${room}/members/${bob}`,
  ],
};

/** Somebody who made this house theirs by the link in its log. */
export async function becomeOwner(chat: Chat, setupPath: string) {
  await chat.visit(setupPath);
  await chat.page.getByLabel("Your name", { exact: true }).fill("Olga");
  await chat.page.getByLabel("Password", { exact: true }).fill("a kettle of green tea");
  await chat.page.getByRole("button", { name: "Make my account" }).click();
  await expect(chat.page).not.toHaveURL(/setup/);
}

/** Presses this, and waits for the page that comes of it. */
async function press(chat: Chat, button: string) {
  await chat.page.getByRole("button", { name: button, exact: true }).click();
  await expect(chat.page.getByLabel("Link", { exact: true })).toBeVisible();
}

const room = (chat: Chat, { room }: Made): Promise<void> => chat.visit(`/rooms/${room}`);

export const PLACES: Place[] = [
  {
    name: "the link to a second device",
    as: "Alice",
    open: async (chat) => {
      await chat.visit("/settings/device");
      await press(chat, "Make a link");
      await expect(chat.page).toHaveURL(/\/settings\/device\/\w+/);
    },
  },
  {
    name: "a link that sets another password",
    as: null,
    open: async (chat, made) => {
      const answer = await chat.page.request.post("/api/chat/accounts", {
        data: { username: "Carol", password: "a kettle of black tea" },
      });
      const { user } = (await answer.json()) as { user: { id: number } };
      await becomeOwner(chat, made.setup);
      await chat.visit(`/admin/people/${user.id}`);
      await press(chat, "Make a link to set a new password");
      const link = await chat.page.getByLabel("Link", { exact: true }).inputValue();
      await chat.visit(new URL(link).pathname);
      await expect(chat.page.getByLabel("The new password")).toBeVisible();
    },
  },
  {
    name: "the panel that finds a room",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.page.keyboard.press("Control+k");
      await expect(chat.dialog.getByRole("option").first()).toBeVisible();
    },
  },
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
      const actions = await chat.actions(chat.messages.last());
      await actions.getByRole("link", { name: "Delete" }).click();
      await expect(chat.confirm).toHaveText("Delete message");
    },
  },
  {
    name: "what can be done with a message",
    as: "Alice",
    open: async (chat, made) => {
      await room(chat, made);
      await chat.actions(chat.messages.last());
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
