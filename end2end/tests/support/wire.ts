// A cable between browser and server: it can be cut, and it can fall silent without a word.

import { once } from "node:events";
import { type Server as Listener, type Socket, connect, createServer } from "node:net";

export class Wire {
  private readonly links: Link[] = [];
  private isCut = false;
  /** Bytes that came from the server. */
  down = 0;

  private constructor(
    private readonly listener: Listener,
    readonly url: string,
  ) {}

  static async to(port: number): Promise<Wire> {
    const listener = createServer({ allowHalfOpen: false }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const wire = new Wire(listener, `http://127.0.0.1:${address.port}`);
    listener.on("connection", (near) => wire.join(near, port));
    return wire;
  }

  /** Everything that runs through it breaks, and nothing new gets through. */
  cut() {
    this.isCut = true;
    for (const link of this.links) link.destroy();
  }

  mend() {
    this.isCut = false;
  }

  /** Whatever runs over it now stays open, and is heard by nobody any more. What is new works. */
  forget() {
    for (const link of this.links) link.isForgotten = true;
  }

  /** The server hears what is sent over it now, and its answers get lost. What is new works. */
  loseAnswers() {
    for (const link of this.links) link.isOneWay = true;
  }

  async close() {
    this.cut();
    this.listener.close();
    await once(this.listener, "close");
  }

  private join(near: Socket, port: number) {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    far.on("data", (chunk) => (this.down += chunk.length));
    this.links.push(new Link(near, far));
  }
}

/** One connection through the cable. */
class Link {
  isForgotten = false;
  isOneWay = false;

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
  ) {
    this.carry(near, far, () => this.isForgotten);
    this.carry(far, near, () => this.isForgotten || this.isOneWay);
  }

  destroy() {
    this.near.destroy();
    this.far.destroy();
  }

  private carry(from: Socket, to: Socket, isLost: () => boolean) {
    from.on("data", (chunk) => {
      if (isLost() || to.write(chunk)) return;
      from.pause();
      to.once("drain", () => from.resume());
    });
    // Nobody tells the other end of a forgotten connection that this one hung up.
    from.on("close", () => {
      if (!this.isForgotten) to.destroy();
    });
    // What is broken closes right afterwards.
    from.on("error", () => {});
  }
}
