// A reverse proxy that changes the pages that pass it, as some do.

import { once } from "node:events";
import { type IncomingMessage, type Server, createServer, request } from "node:http";
import { type Socket, connect } from "node:net";

export class ChangingProxy {
  private constructor(
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
    readonly url: string,
  ) {}

  /** In front of the server at `port`; `change` gets the text of each page. */
  static async before(port: number, change: (html: string) => string): Promise<ChangingProxy> {
    const sockets = new Set<Socket>();
    const server = createServer((incoming, outgoing) => {
      const headers = { ...incoming.headers, "accept-encoding": "identity" };
      const options = { port, host: "127.0.0.1", method: incoming.method, path: incoming.url, headers };
      const onward = request(options, async (answer) => {
        const isPage = (answer.headers["content-type"] ?? "").startsWith("text/html");
        if (!isPage) {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
          return;
        }
        const html = change(await text(answer));
        const { "content-length": _, "transfer-encoding": __, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, { ...rest, "content-length": Buffer.byteLength(html) });
        outgoing.end(html);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    server.on("upgrade", (incoming, socket, head) => {
      const onward = connect(port, "127.0.0.1", () => {
        const lines = incoming.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []));
        onward.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
        onward.write(head);
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy());
      socket.on("close", () => onward.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new ChangingProxy(server, sockets, `http://127.0.0.1:${address.port}`);
  }

  async close() {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

async function text(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
