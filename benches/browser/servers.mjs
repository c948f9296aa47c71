// The servers whose pages are looked at: each on a free port, with a folder of its own that goes with it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BINARY, ROOT } from "./places.mjs";

const READY_MS = 60_000;

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function answers(port) {
  const socket = connect(port, "127.0.0.1");
  const isUp = await once(socket, "connect").then(() => true, () => false);
  socket.destroy();
  return isUp;
}

/** Starts a program, waits until its port answers, and gives what ends it. */
async function serve(command, args, environment) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "parlour-bench-"));
  const env = { ...process.env, ...environment(port, folder) };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
  const gone = once(child, "exit");
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + READY_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end();
      throw new Error(`${command} did not get ready; it said:\n${said}`);
    }
    await pause(30);
  }
  return { port, url: `http://127.0.0.1:${port}`, folder, end };
}

/** The release of Parlour, without limits. */
export async function parlour() {
  if (!existsSync(BINARY)) throw new Error(`There is no ${BINARY}: make build`);
  return serve(BINARY, [], (port, folder) => ({
    PARLOUR__SITE_ADDR: `127.0.0.1:${port}`,
    PARLOUR__DATABASE__URL: `sqlite://${join(folder, "parlour.db")}`,
    PARLOUR__LIMITS__MESSAGES_PER_SECOND: "0",
    PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND: "0",
    PARLOUR__LIMITS__GUESTS_PER_MINUTE: "0",
    PARLOUR__LIMITS__ROOMS_PER_HOUR: "0",
    PARLOUR__LIMITS__ADDRESS_ROOMS_PER_HOUR: "0",
    PARLOUR__LIMITS__FRAMES_PER_SECOND: "0",
    PARLOUR__LIMITS__CONNECTIONS_PER_ADDRESS: "0",
    PARLOUR__LIMITS__HISTORY_PAGES_PER_SECOND: "0",
  }));
}

/** A peer of benches/peers. */
export function peer(name, environment = {}) {
  return serve(join(ROOT, "benches", "peers", name, "start"), [], (port, folder) => ({
    PORT: String(port),
    DIR: folder,
    ...environment,
  }));
}
