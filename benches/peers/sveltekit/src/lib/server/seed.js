// What is in a new database: a room, some people, a thousand messages, and a member whose session is `member`.

const MESSAGES = 1000;
const PEOPLE = ["Ada", "Bela", "Chidi", "Dana", "Emre", "Fatou", "Goran", "Hana"];

export function seed(db) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, user_id INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS memberships (
      room_id INTEGER NOT NULL, user_id INTEGER NOT NULL, read_id INTEGER, PRIMARY KEY (room_id, user_id)
    );
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY,
      room_id INTEGER NOT NULL,
      user_id INTEGER NOT NULL,
      content TEXT NOT NULL,
      timestamp TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS messages_of_a_room ON messages (room_id, id);
  `);
  if (db.prepare("SELECT 1 FROM rooms").get()) return;
  db.exec("BEGIN");
  db.exec("INSERT INTO rooms (name, description) VALUES ('Lobby', 'Where everybody starts.')");
  const person = db.prepare("INSERT INTO users (name) VALUES (?)");
  for (const name of PEOPLE) person.run(name);
  db.exec("INSERT INTO sessions VALUES ('member', 1)");
  db.exec(`INSERT INTO memberships VALUES (1, 1, ${MESSAGES})`);
  const message = db.prepare(
    "INSERT INTO messages (room_id, user_id, content, timestamp) VALUES (1, ?, ?, ?)",
  );
  const start = Date.UTC(2026, 0, 2, 3, 4, 5);
  for (let n = 1; n <= MESSAGES; n += 1) {
    const text = `What people say in a room is about as long as this, on the whole, line ${n}.`;
    message.run(1 + (n % PEOPLE.length), text, new Date(start + n * 1000).toISOString());
  }
  db.exec("COMMIT");
}
