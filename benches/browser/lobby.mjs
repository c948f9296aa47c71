// Parlour's rooms, filled over its own protocol, and somebody who looks at them.

import { once } from "node:events";

export const LOBBY = "/rooms/1-lobby";
/** How many of its own messages somebody has on the way at most. */
const WINDOW = 200;

/** Somebody with a socket in a room. */
export class Writer {
  #echoes = 0;
  #sent = 0;
  #heard = () => {};

  static async enter(url, username, room = 1) {
    const writer = new Writer();
    writer.socket = new WebSocket(`${url.replace("http", "ws")}/ws/chat/${room}`);
    const isWelcome = new Promise((resolve, reject) => {
      writer.socket.addEventListener("close", ({ code }) => reject(new Error(`closed: ${code}`)));
      writer.socket.addEventListener("message", ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.type === "welcome") {
          writer.token = frame.token;
          resolve();
        }
        if (frame.type === "error") throw new Error(`refused: ${data}`);
        if (frame.type !== "message" || frame.username !== username) return;
        writer.#echoes += 1;
        writer.#heard();
      });
    });
    await once(writer.socket, "open");
    writer.socket.send(JSON.stringify({ username }));
    await isWelcome;
    return writer;
  }

  say(content) {
    this.#sent += 1;
    this.socket.send(JSON.stringify({ type: "message", content }));
  }

  /** Until at most so many of its messages are not stored yet. */
  async waiting(most = 0) {
    while (this.#sent - this.#echoes > most) await new Promise((resolve) => (this.#heard = resolve));
  }

  leave() {
    this.socket.close();
  }
}

/** Fills a room with messages of several people, in order. */
export async function fill(url, count, room = 1) {
  const names = ["Ada", "Bela", "Chidi", "Dana", "Emre"];
  const writers = [];
  for (const name of names) writers.push(await Writer.enter(url, name, room));
  for (let n = 1; n <= count; n += 1) {
    // A few lines each, as people do; one has to be stored before somebody else goes on.
    const writer = writers[Math.floor((n - 1) / 4) % writers.length];
    writer.say(`What people say in a room is about as long as this, on the whole, line ${n}.`);
    if (n % 4 === 0) await writer.waiting(count > 1000 ? WINDOW : 0);
  }
  for (const writer of writers) {
    await writer.waiting();
    writer.leave();
  }
}

/** The session of somebody new, as a cookie for the browser. */
export async function member(url, username) {
  const answer = await fetch(`${url}/join`, {
    method: "POST",
    body: new URLSearchParams({ username, next: LOBBY }),
    headers: { origin: url },
    redirect: "manual",
  });
  const [pair] = (answer.headers.get("set-cookie") ?? "").split(";");
  const at = pair.indexOf("=");
  if (answer.status !== 303 || at < 0) throw new Error(`/join answered ${answer.status}`);
  return { name: pair.slice(0, at), value: pair.slice(at + 1) };
}

/** Somebody who is a member of the first room and has read all of it; as a cookie for the browser. */
export async function reader(url, username) {
  const writer = await Writer.enter(url, username);
  writer.leave();
  return { name: "parlour_session", value: writer.token };
}

/** Makes a call of the REST API as whoever has this session; what it answers. */
export async function call(url, path, { value: token }, body) {
  const answer = await fetch(`${url}/api/chat${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** The cookie as a browser keeps it. */
export const kept = (cookie, url) => ({
  ...cookie,
  domain: new URL(url).hostname,
  path: "/",
  expires: -1,
  httpOnly: true,
  secure: false,
  sameSite: "Lax",
});
