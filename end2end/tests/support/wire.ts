// A cable between browser and server that can be cut.

import { once } from "node:events";
import { type Server as Listener, type Socket, connect, createServer } from "node:net";

export class Wire {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

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
    for (const socket of this.sockets) socket.destroy();
  }

  mend() {
    this.isCut = false;
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
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      // What is broken closes right afterwards.
      socket.on("error", () => {});
    }
    near.pipe(far);
    far.pipe(near);
  }
}
