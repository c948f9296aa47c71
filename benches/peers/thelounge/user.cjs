// Writes the person `reader`, whose password is `reader`, into The Lounge's folder: no network yet.

const { mkdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const bcrypt = require("bcryptjs");

const folder = join(process.env.DIR, "users");
mkdirSync(folder, { recursive: true });
const reader = { password: bcrypt.hashSync("reader", 8), log: true, awayMessage: "", networks: [], sessions: {} };
writeFileSync(join(folder, "reader.json"), JSON.stringify(reader, null, 2));
