// What each browser sent, was told and shows, handed to the one checker of such records: the program
// `chaos check`, whose rules are in src/chaos. A message is known by the text it was written with.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BrowserContext, expect } from "@playwright/test";
import type { Chat } from "./chat.js";
import { type Message, everything } from "./rest.js";
import { TARGET } from "./server.js";

const CHECKER = join(TARGET, "debug", "chaos");

type Shown = { number: number; key?: string; content: string; deleted: boolean };
type Line = {
  number?: number;
  content: string;
  deleted: boolean;
  isOwn: boolean;
  isRefused: boolean;
};

export class History {
  private readonly events: object[] = [];
  private readonly tabs = new Map<Chat, string>();
  private readonly devices = new Map<BrowserContext, number>();
  private readonly rooms = new Set<number>();
  private readonly members = new Set<string>();
  private readonly sends = new Set<string>();
  /** The text that each message was written with; it may read otherwise by now. */
  private readonly written = new Map<string, string>();

  constructor(private readonly url: string) {}

  /** Everything that happens in this tab belongs to the record. */
  follow(chat: Chat) {
    const context = chat.page.context();
    const tab = (this.devices.get(context) ?? 0) + 1;
    this.devices.set(context, tab);
    const client = `${chat.guest?.name ?? `visitor ${this.devices.size}`}#${tab}`;
    this.tabs.set(chat, client);
    if (!chat.guest) return;
    chat.guest.posted = ({ room_id: room, number, content }) => {
      this.write(client, room, content);
      this.acknowledge(client, room, content, number);
    };
  }

  /** The person pressed Enter. */
  sent(chat: Chat, text: string) {
    const room = chat.room;
    if (room === undefined) throw new Error("There is no room to send to.");
    this.write(this.client(chat), room, text);
  }

  /** The page shows it as stored. */
  async stored(chat: Chat, text: string) {
    const room = chat.room;
    const id = await chat.message(text).getAttribute("id");
    if (room === undefined || id === null) throw new Error(`"${text}" is nowhere.`);
    this.acknowledge(this.client(chat), room, text, Number(id.slice(1)));
  }

  /** Takes down what this tab shows as stored, while it can still be asked. */
  async glance(tab: Chat) {
    const room = tab.room;
    if (room === undefined) return;
    for (const line of await lines(tab)) this.stands(tab, room, line);
  }

  /** Its author gave it up. */
  discarded(chat: Chat, text: string, room = chat.room) {
    this.events.push({ event: "discarded", client: this.client(chat), room, key: text });
  }

  /** The database is another one from here on; what was before counts no more. */
  beginAnew() {
    this.events.length = 0;
    this.rooms.clear();
    this.members.clear();
    this.sends.clear();
    this.written.clear();
  }

  /** Takes down what every tab shows and keeps now, and what the server has, and has it checked. */
  async holds() {
    for (const tab of this.open()) if (tab.room !== undefined) this.rooms.add(tab.room);
    const pages = new Map<number, Message[]>();
    for (const room of this.rooms) {
      const rows = await everything(this.url, room);
      if (rows) pages.set(room, rows);
      else this.events.push({ event: "room_deleted", room });
    }
    for (const tab of this.open()) {
      await this.keeps(tab);
      if (tab.room !== undefined) await this.shows(tab, tab.room, pages.get(tab.room) ?? []);
    }
    for (const [room, rows] of pages) {
      this.events.push({ event: "page", room, rows: rows.map((row) => this.shown(room, row)) });
    }
    expect(await check(this.events), "the history holds").toBe("");
  }

  private open(): Chat[] {
    return [...this.tabs.keys()].filter((tab) => !tab.page.isClosed());
  }

  private async keeps(tab: Chat) {
    const client = this.client(tab);
    for (const { room_id: room, content: key, refused } of await tab.outbox()) {
      this.events.push({ event: refused == null ? "waiting" : "refused", client, room, key });
    }
  }

  private async shows(tab: Chat, room: number, whole: Message[]) {
    const client = this.client(tab);
    const member = `${client} in ${room}`;
    if (!this.members.has(member)) {
      this.members.add(member);
      this.events.push({ event: "member", client, room });
    }
    const rows: Shown[] = [];
    for (const line of await lines(tab)) {
      const row = this.stands(tab, room, line);
      if (row) rows.push(row);
      else if (line.isRefused) {
        this.events.push({ event: "refused", client, room, key: line.content });
      }
    }
    // Whether a line came with a page or by itself is not to be seen; all of them are judged as the
    // page that they claim to be.
    const seq = Math.max(0, ...whole.map((message) => message.seq));
    this.events.push({ event: "took_page", client, room, seq });
    const has_newer = (await tab.log.locator(".newer").count()) > 0;
    this.events.push({ event: "screen", client, room, rows, has_newer });
  }

  /** A line that is stored, as the record knows it; one's own is acknowledged by standing there. */
  private stands(tab: Chat, room: number, line: Line): Shown | undefined {
    if (line.number === undefined) return undefined;
    const row = this.shown(room, { ...line, number: line.number });
    if (line.isOwn && row.key !== undefined) {
      this.acknowledge(this.client(tab), room, row.key, row.number);
    }
    return row;
  }

  private write(client: string, room: number, key: string) {
    this.rooms.add(room);
    this.sends.add(`${room}/${key}`);
    this.events.push({ event: "sent", client, room, key });
  }

  private acknowledge(client: string, room: number, key: string, number: number) {
    const place = `${room}/${number}`;
    // What was sent before this record began is none of it.
    if (this.written.get(place) === key || !this.sends.has(`${room}/${key}`)) return;
    this.written.set(place, key);
    this.events.push({ event: "acknowledged", client, room, key, number });
  }

  private shown(room: number, { number, content, deleted }: Omit<Shown, "key">): Shown {
    const key = this.written.get(`${room}/${number}`) ?? (deleted ? undefined : content);
    return { number, ...(key === undefined ? {} : { key }), content, deleted };
  }

  private client(chat: Chat): string {
    const client = this.tabs.get(chat);
    if (client === undefined) throw new Error("Nobody follows this tab.");
    return client;
  }
}

/** The messages that a tab shows, as a person could read them. */
function lines(tab: Chat): Promise<Line[]> {
  return tab.messages.evaluateAll((articles) =>
    articles.map((article) => ({
      ...(article.id === "" ? {} : { number: Number(article.id.slice(1)) }),
      content: article.querySelector(".text")?.textContent ?? "",
      deleted: article.querySelector(".removed") !== null,
      isOwn: article.hasAttribute("data-own"),
      isRefused: article.getAttribute("data-state") === "refused",
    })),
  );
}

/** What the checker finds wrong, in its own sentences. */
async function check(events: object[]): Promise<string> {
  if (!existsSync(CHECKER)) {
    throw new Error(`There is no ${CHECKER}: run "cargo build -p parlour-chaos" first.`);
  }
  const folder = await mkdtemp(join(tmpdir(), "parlour-history-"));
  const file = join(folder, "history.jsonl");
  try {
    await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    const { stdout } = await promisify(execFile)(CHECKER, ["check", file]);
    return stdout.includes("the promise was kept") ? "" : `It said nothing but: "${stdout}"`;
  } catch (error) {
    return (error as { stdout?: string }).stdout || String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
