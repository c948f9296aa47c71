// Keeps everything in a SQLite file; a message is on disk before `add` is done.

import { Database } from "bun:sqlite";
import type { Message, Store } from "./store";

export function sqlite(folder: string): Store {
  const db = new Database(`${folder}/chat.db`);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec(`
    CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY,
      room_id INTEGER NOT NULL,
      user_id INTEGER NOT NULL REFERENCES users (id),
      content TEXT NOT NULL,
      timestamp TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS messages_of_a_room ON messages (room_id, id);
  `);
  const findUser = db.query<{ id: number }, [string]>("SELECT id FROM users WHERE username = ?");
  const addUser = db.query<{ id: number }, [string]>(
    "INSERT INTO users (username) VALUES (?) RETURNING id",
  );
  const newest = db.query<Message, [number]>(
    `SELECT 'message' AS type, m.id, room_id, user_id, username, content, timestamp
     FROM messages m JOIN users u ON u.id = user_id
     WHERE room_id = ? ORDER BY m.id DESC LIMIT 50`,
  );
  // Outside a transaction every statement is one, so this is a commit per message.
  const addMessage = db.query<unknown, [number, number, string, string]>(
    "INSERT INTO messages (room_id, user_id, content, timestamp) VALUES (?, ?, ?, ?)",
  );
  return {
    user: (username) => (findUser.get(username) ?? addUser.get(username)!).id,
    newest: (room) => newest.all(room).reverse(),
    add(room, user, content) {
      const timestamp = new Date().toISOString();
      const { lastInsertRowid } = addMessage.run(room, user.id, content, timestamp);
      return {
        type: "message",
        id: Number(lastInsertRowid),
        room_id: room,
        user_id: user.id,
        username: user.username,
        content,
        timestamp,
      };
    },
  };
}
