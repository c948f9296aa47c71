// Keeps the newest 50 messages of each room, and forgets everything with the process.

import type { Message, Store } from "./store";

export function memory(): Store {
  const users = new Map<string, number>();
  const rooms = new Map<number, Message[]>();
  let id = 0;
  return {
    user(username) {
      const known = users.get(username) ?? users.size + 1;
      users.set(username, known);
      return known;
    },
    newest: (room) => rooms.get(room) ?? [],
    add(room, user, content) {
      const message: Message = {
        type: "message",
        id: ++id,
        room_id: room,
        user_id: user.id,
        username: user.username,
        content,
        timestamp: new Date().toISOString(),
      };
      const messages = rooms.get(room);
      if (!messages) rooms.set(room, [message]);
      else if (messages.push(message) > 50) messages.shift();
      return message;
    },
  };
}
