// Rooms on Socket.IO, messages in a SQLite file: a message is on disk before anybody gets it.

const { createServer } = require("node:http");
const { DatabaseSync } = require("node:sqlite");
const { Server } = require("socket.io");

const db = new DatabaseSync(`${process.env.DIR}/chat.db`);
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
const findUser = db.prepare("SELECT id FROM users WHERE username = ?");
const addUser = db.prepare("INSERT INTO users (username) VALUES (?) RETURNING id");
const newest = db.prepare(
  `SELECT m.id, room_id, user_id, username, content, timestamp
   FROM messages m JOIN users u ON u.id = user_id
   WHERE room_id = ? ORDER BY m.id DESC LIMIT 50`,
);
// Outside a transaction every statement is one, so this is a commit per message.
const addMessage = db.prepare(
  "INSERT INTO messages (room_id, user_id, content, timestamp) VALUES (?, ?, ?, ?)",
);

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

// Nobody asks for the request that opened a socket again, and it is large.
io.engine.on("connection", (connection) => {
  connection.request = null;
});

io.on("connection", (socket) => {
  let member;

  socket.on("join", ({ room, username }, answer) => {
    const { id } = findUser.get(username) ?? addUser.get(username);
    member = { room, id, username };
    const history = newest.all(room).reverse();
    socket.join(`room-${room}`);
    if (answer) answer(history);
    else socket.emit("history", history);
  });

  socket.on("message", ({ content }) => {
    if (!member) return;
    const timestamp = new Date().toISOString();
    const { lastInsertRowid } = addMessage.run(member.room, member.id, content, timestamp);
    io.to(`room-${member.room}`).emit("message", {
      id: Number(lastInsertRowid),
      room_id: member.room,
      user_id: member.id,
      username: member.username,
      content,
      timestamp,
    });
  });
});

http.listen(Number(process.env.PORT), "127.0.0.1", 4096);
