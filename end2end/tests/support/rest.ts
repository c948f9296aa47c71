// A program that talks to the server, as somebody with a name.

export type Room = { id: number; name: string; seq: number };
export type Message = {
  id: number;
  room_id: number;
  user_id: number;
  number: number;
  seq: number;
  content: string;
  timestamp: string;
  deleted: boolean;
};

export class Guest {
  /** Hears of everything this program posted. */
  posted: (message: Message) => void = () => {};

  private constructor(
    private readonly url: string,
    readonly name: string,
    readonly token: string,
  ) {}

  static async named(url: string, username: string): Promise<Guest> {
    const made = await call<{ token: string }>(url, "POST", "/guests", { username });
    return new Guest(url, username, made.token);
  }

  rooms(): Promise<Room[]> {
    return this.call("GET", "/rooms");
  }

  /** How many messages of a room this person has not read. */
  async unread(room = 1): Promise<number> {
    const listed = await this.call<{ room: Room; unread: number }[]>("GET", "/me/rooms");
    return listed.find((entry) => entry.room.id === room)?.unread ?? 0;
  }

  /** A room that this person's page lists, by what it is called to them. */
  async listed(name: string): Promise<{ room: Room; unread: number }> {
    const listed = await this.call<{ room: Room; unread: number }[]>("GET", "/me/rooms");
    const found = listed.find((entry) => entry.room.name === name);
    if (!found) throw new Error(`There is no room ${name}.`);
    return found;
  }

  letIn(room: number, person: number): Promise<void> {
    return this.call("POST", `/rooms/${room}/members`, { user_id: person });
  }

  putOut(room: number, person: number): Promise<void> {
    return this.call("DELETE", `/rooms/${room}/members/${person}`);
  }

  ban(room: number, person: number, reason: string): Promise<void> {
    return this.call("POST", `/rooms/${room}/bans`, { user_id: person, reason });
  }

  makeRoom(name: string, description = "", rules: Record<string, string> = {}): Promise<Room> {
    return this.call("POST", "/rooms", { name, description, ...rules });
  }

  joinRoom(room: number): Promise<void> {
    return this.call("POST", `/rooms/${room}/membership`);
  }

  changeRoom(
    room: number,
    changes: { name?: string; description?: string; archived?: boolean },
  ): Promise<Room> {
    return this.call("PATCH", `/rooms/${room}`, changes);
  }

  deleteRoom(room: number): Promise<void> {
    return this.call("DELETE", `/rooms/${room}`);
  }

  /** The room of this person and these others alone. */
  talkTo(...people: number[]): Promise<Room> {
    return this.call("POST", "/direct", { user_ids: people });
  }

  /** The code of an invitation to a room. */
  async invite(room: number): Promise<string> {
    const made = await this.call<{ code: string }>("POST", "/invites", { room_id: room });
    return made.code;
  }

  rename(username: string): Promise<void> {
    return this.call("PATCH", "/me", { username });
  }

  async post(content: string, room = 1): Promise<Message> {
    const message = await this.call<Message>("POST", `/rooms/${room}/messages`, { content });
    this.posted(message);
    return message;
  }

  /** Answers the message of this number. */
  async reply(number: number, content: string, room = 1): Promise<Message> {
    const body = { content, reply_to: number };
    const message = await this.call<Message>("POST", `/rooms/${room}/messages`, body);
    this.posted(message);
    return message;
  }

  /** Messages one after the other, numbered from 1: "a line 1", "a line 2", … */
  async fill(count: number, text = "a line", room = 1): Promise<Message[]> {
    const messages = [];
    for (let n = 1; n <= count; n += 1) messages.push(await this.post(`${text} ${n}`, room));
    return messages;
  }

  edit(number: number, content: string, room = 1): Promise<Message> {
    return this.call("PATCH", `/rooms/${room}/messages/${number}`, { content });
  }

  /** Reacts to a message. */
  react(number: number, emoji: string, room = 1): Promise<void> {
    const path = `/rooms/${room}/messages/${number}/reactions/${encodeURIComponent(emoji)}`;
    return this.call("PUT", path);
  }

  /** Takes a reaction back. */
  unreact(number: number, emoji: string, room = 1): Promise<void> {
    const path = `/rooms/${room}/messages/${number}/reactions/${encodeURIComponent(emoji)}`;
    return this.call("DELETE", path);
  }

  remove(number: number, room = 1): Promise<void> {
    return this.call("DELETE", `/rooms/${room}/messages/${number}`);
  }

  /** Pins it for everybody in the room. */
  pin(number: number, room = 1): Promise<void> {
    return this.call("PUT", `/rooms/${room}/messages/${number}/pin`);
  }

  history(room = 1): Promise<Message[]> {
    return this.call("GET", `/rooms/${room}/messages?limit=100`);
  }

  private call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return call(this.url, method, path, body, this.token);
  }
}

/** The whole room as the server has it, page by page; nothing when there is no such room. */
export async function everything(url: string, room: number): Promise<Message[] | undefined> {
  const all: Message[] = [];
  for (;;) {
    const after = all.at(-1)?.number ?? 0;
    const page = await fetch(
      `${url}/api/chat/rooms/${room}/messages?after=${after}&limit=100`,
    );
    if (page.status === 404) return undefined;
    if (!page.ok) throw new Error(`The room ${room} answered ${page.status}.`);
    const messages = (await page.json()) as Message[];
    if (messages.length === 0) return all;
    all.push(...messages);
  }
}

async function call<T>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<T> {
  const answer = await fetch(`${url}/api/chat${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
