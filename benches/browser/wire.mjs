// A wire between browser and server: counts what goes through it and, when asked to, is as slow as a phone's.
// Everything is carried alike, WebSockets and service workers too, which the browser's own throttling leaves out.
// Not in it: packet loss, slow start, TLS.

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** One direction of a shared line: first come, first served. */
class Line {
  #free = 0;

  constructor({ bytesPerMs, delayMs }) {
    this.bytesPerMs = bytesPerMs;
    this.delayMs = delayMs;
  }

  /** In how many ms these bytes are over, if they are sent after `wait` ms. */
  carry(bytes, wait = 0) {
    const now = performance.now();
    this.#free = Math.max(this.#free, now + wait) + bytes / this.bytesPerMs;
    return this.#free + this.delayMs - now;
  }
}

const kbit = (rate) => rate / 8;
/** Lighthouse's slow 4G: 150 ms there and back, 1.6 Mbit/s down, 0.75 Mbit/s up. */
export const SLOW_4G = {
  down: { bytesPerMs: kbit(1600), delayMs: 75 },
  up: { bytesPerMs: kbit(750), delayMs: 75 },
};
/** What the line takes at once: two packets. Larger pieces let connections take turns less often. */
const PIECE = 2 * 1460;
/** So many pieces of one connection wait at most. */
const CROWDED = 64;
const END = Symbol("end");

export async function wire(port, speed) {
  const carried = { up: 0, down: 0, connections: 0 };
  const lines = speed && { up: new Line(speed.up), down: new Line(speed.down) };
  const open = new Set();

  /** As fast as it goes. */
  const pass = (from, to, direction) => {
    from.on("data", (part) => {
      carried[direction] += part.length;
      if (!to.write(part)) from.pause();
    });
    to.on("drain", () => from.resume());
    from.on("end", () => to.end());
    from.on("close", () => to.end());
  };

  /** Pieces of all connections take turns: the next one of a connection queues when its last is on the way. */
  const drag = (from, to, direction, openedAt) => {
    const { delayMs } = lines[direction];
    const waiting = [];
    const flying = [];
    let isBusy = false;
    const next = () => {
      const part = waiting.shift();
      isBusy = part !== undefined;
      if (part === undefined) return;
      // Nothing goes up before the connection's own way there and back is over.
      const handshake = direction === "up" ? Math.max(0, openedAt + 2 * delayMs - performance.now()) : 0;
      const arrives = lines[direction].carry(part === END ? 0 : part.length, handshake);
      flying.push(part);
      setTimeout(next, arrives - delayMs);
      setTimeout(() => {
        const first = flying.shift();
        if (first === END) to.end();
        else if (!to.destroyed) to.write(first);
      }, arrives);
      if (waiting.length < CROWDED) from.resume();
    };
    const queue = (...parts) => {
      waiting.push(...parts);
      if (waiting.length >= CROWDED) from.pause();
      if (!isBusy) next();
    };
    from.on("data", (part) => {
      carried[direction] += part.length;
      for (let at = 0; at < part.length; at += PIECE) queue(part.subarray(at, at + PIECE));
    });
    from.on("close", () => queue(END));
  };
  const through = lines ? drag : pass;

  const proxy = createServer({ noDelay: true }, (browser) => {
    carried.connections += 1;
    const server = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const socket of [browser, server]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      // A browser that hangs up is no news; "close" follows.
      socket.on("error", () => {});
    }
    const openedAt = performance.now();
    through(browser, server, "up", openedAt);
    through(server, browser, "down", openedAt);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");

  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    carried,
    /** What went down since the last time this was asked. */
    take() {
      const { up, down, connections } = carried;
      Object.assign(carried, { up: 0, down: 0, connections: 0 });
      return { up, down, connections };
    },
    async end() {
      for (const socket of open) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
