// Rooms on Bun's own publish and subscribe. VARIANT says whether messages are kept on disk.

import { memory } from "./memory";
import { sqlite } from "./sqlite";

const store = process.env.VARIANT === "sqlite" ? sqlite(process.env.DIR!) : memory();

type Member = { room: number; user?: { id: number; username: string } };

const topic = (room: number) => `room-${room}`;

const server = Bun.serve<Member>({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT),
  fetch(request, server) {
    const room = /^\/ws\/chat\/(\d+)$/.exec(new URL(request.url).pathname);
    if (room && server.upgrade(request, { data: { room: Number(room[1]) } })) return;
    return new Response("There is a chat at /ws/chat/{room}.", { status: 404 });
  },
  websocket: {
    message(socket, text) {
      const frame = JSON.parse(text as string);
      const { room, user } = socket.data;
      if (!user) {
        socket.data.user = { id: store.user(frame.username), username: frame.username };
        socket.send(JSON.stringify({ type: "history", messages: store.newest(room) }));
        socket.subscribe(topic(room));
      } else if (frame.type === "message") {
        const message = store.add(room, user, frame.content);
        server.publish(topic(room), JSON.stringify(message));
      }
    },
  },
});
