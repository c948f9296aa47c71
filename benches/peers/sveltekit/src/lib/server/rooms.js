// The rooms in the SQLite file of this server, and what a room page asks of it and writes.

import { DatabaseSync } from "node:sqlite";
import { building } from "$app/env";
import { seed } from "./seed.js";

const db = new DatabaseSync(building ? ":memory:" : `${process.env.DIR}/chat.db`);
db.exec("PRAGMA journal_mode = WAL");
db.exec("PRAGMA synchronous = FULL");
seed(db);

const member = db.prepare(
  "SELECT users.id, name FROM sessions JOIN users ON users.id = user_id WHERE token = ?",
);
const rooms = db.prepare(
  `SELECT id, name, description, iif(user_id IS NULL, 0,
            (SELECT count(*) FROM messages WHERE room_id = rooms.id AND messages.id > read_id)) AS unread
   FROM rooms LEFT JOIN memberships ON room_id = rooms.id AND user_id = ?
   ORDER BY name`,
);
const newest = db.prepare(
  `SELECT messages.id, user_id, name AS username, content, timestamp
   FROM messages JOIN users ON users.id = user_id
   WHERE room_id = ? ORDER BY messages.id DESC LIMIT 50`,
);

const insert = db.prepare("INSERT INTO messages (room_id, user_id, content, timestamp) VALUES (?, ?, ?, ?)");

export const memberOf = (token) => (token ? member.get(token) : undefined);

export function roomPage(id, me) {
  const all = rooms.all(me?.id ?? 0);
  const room = all.find((one) => one.id === id);
  return room && { rooms: all, room, messages: newest.all(id).reverse() };
}

export const post = (id, me, content) => insert.run(id, me.id, content, new Date().toISOString());
