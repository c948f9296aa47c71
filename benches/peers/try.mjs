// Starts a chat peer as the benchmark does and talks to it: see ./try.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const [name, variant = ""] = process.argv.slice(2);
const MESSAGES = 60;
const KEEPS = ["fastapi", "socketio"].includes(name) || variant === "sqlite";

const probe = createServer().listen(0, "127.0.0.1");
await once(probe, "listening");
const { port } = probe.address();
probe.close();

const folder = await mkdtemp(join(tmpdir(), "parlour-peer-"));
const start = fileURLToPath(new URL(`${name}/start`, import.meta.url));
let server;

async function up() {
  const env = { ...process.env, PORT: port, DIR: folder, ...(variant && { VARIANT: variant }) };
  server = spawn(start, { env, stdio: ["ignore", "inherit", "inherit"] });
  for (let tries = 0; ; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const isUp = await once(socket, "connect").then(() => true, () => false);
    socket.destroy();
    if (isUp) return;
    assert.ok(tries < 200 && server.exitCode === null, `${name} did not start`);
    await pause(50);
  }
}

async function killed() {
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  const [, signal] = await gone;
  assert.equal(signal, "SIGKILL", "the process that was started is the server");
}

/** Somebody in room 7, who keeps what comes. */
async function enter(username) {
  const plain = name !== "socketio";
  const path = plain ? "/ws/chat/7" : "/socket.io/?EIO=4&transport=websocket";
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const person = { socket, messages: [], history: undefined };
  const event = (kind, body) => socket.send(`42${JSON.stringify([kind, body])}`);
  person.say = (content) =>
    plain ? socket.send(JSON.stringify({ type: "message", content })) : event("message", { content });
  const hear = (type, body) => {
    if (type === "history") person.history = body;
    if (type === "message") person.messages.push(body);
  };
  socket.addEventListener("message", ({ data }) => {
    if (plain) {
      const frame = JSON.parse(data);
      hear(frame.type, frame.type === "history" ? frame.messages : frame);
    } else if (data.startsWith("0")) socket.send("40");
    else if (data.startsWith("40")) event("join", { room: 7, username });
    else if (data.startsWith("42")) hear(...JSON.parse(data.slice(2)));
  });
  await once(socket, "open");
  if (plain) socket.send(JSON.stringify({ username }));
  await until(() => person.history);
  return person;
}

async function until(holds) {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 1000, `${name}: waited in vain for ${holds}`);
    await pause(10);
  }
}

try {
  await up();
  const people = [await enter("u1"), await enter("u2"), await enter("u3")];
  for (let n = 0; n < MESSAGES; n += 1) people[n % 3].say(`u${(n % 3) + 1}:${n}:`.padEnd(256, "x"));
  await until(() => people.every(({ messages }) => messages.length === MESSAGES));
  const [first] = people[0].messages;
  for (const key of ["id", "room_id", "user_id", "username", "content", "timestamp"]) assert.ok(key in first, key);
  for (const { messages } of people) assert.deepEqual(messages, people[0].messages, "one order for all");
  const newest = people[0].messages.slice(-50).map(({ content }) => content);
  const contents = ({ history }) => history.map(({ content }) => content);
  assert.deepEqual(contents(await enter("u4")), newest, "the newest 50 for who comes in");
  await killed();
  await up();
  assert.deepEqual(contents(await enter("u5")), KEEPS ? newest : [], "what is left after it was killed");
  console.log(`${name} ${variant}: ${MESSAGES} messages to 3 people in one order; ${KEEPS ? "all" : "none"} left after SIGKILL`);
} finally {
  server.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
