// The release binary on a free port, with a database in a folder of its own.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { IS_POSTGRES, postgresDatabase } from "./postgres.js";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const TARGET = resolve(ROOT, process.env["CARGO_TARGET_DIR"] ?? "target");
const BINARY = join(TARGET, "release", "parlour");

/** Limits are off where they are not the subject: a test is quicker than any person. */
const NO_LIMITS = {
  PARLOUR__LIMITS__MESSAGES_PER_SECOND: "0",
  PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND: "0",
  PARLOUR__LIMITS__ADDRESS_ROOMS_PER_HOUR: "0",
  PARLOUR__LIMITS__GUESTS_PER_MINUTE: "0",
  PARLOUR__LIMITS__ROOMS_PER_HOUR: "0",
  PARLOUR__LIMITS__FRAMES_PER_SECOND: "0",
  PARLOUR__LIMITS__CONNECTIONS_PER_ADDRESS: "0",
  PARLOUR__LIMITS__HISTORY_PAGES_PER_SECOND: "0",
};

export type Settings = Record<string, string>;

export class Server {
  readonly url: string;
  private process: ChildProcess | undefined;
  private output = "";

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Settings,
    private readonly database: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(settings: Settings = {}): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`There is no ${BINARY}: run "make build" first.`);
    const folder = await mkdtemp(join(tmpdir(), "parlour-end2end-"));
    const database = IS_POSTGRES
      ? await postgresDatabase(TARGET)
      : `sqlite://${join(folder, "parlour.db")}`;
    const server = new Server(await freePort(), folder, settings, database);
    await server.up();
    return server;
  }

  /** Starts it, again perhaps: same port, same database. */
  async up() {
    await this.ready(this.spawned());
  }

  /** A planned restart: the old one is told to stop, and the new one is started at once. */
  async restart() {
    await this.succeed(() => {
      const old = this.running();
      old.kill("SIGTERM");
      this.spawned();
    });
  }

  /** A planned restart by the new one, which asks the old one to hand over. */
  async replace() {
    await this.succeed(() => this.spawned("--replace"));
  }

  /** Runs one of the commands beside serving, on this server's files; answers what it said. */
  async command(...args: string[]): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(BINARY, args, {
      cwd: this.folder,
      env: this.environment,
    });
    return stdout + stderr;
  }

  /** A file in its folder, which goes with it. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** The folder with the files of the last builds. */
  get builds(): string {
    if (!IS_POSTGRES) return this.file("parlour.db.builds");
    return this.file(`data${new URL(this.database).pathname}.postgres.builds`);
  }

  /** As a power cut would. */
  async kill() {
    const child = this.running();
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** As an administrator would. */
  async stop() {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGCONT");
    // Not SIGTERM: nobody takes over, so it need not wait for a successor.
    child.kill("SIGINT");
    const deadline = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(deadline);
  }

  /** It keeps its connections and does nothing, like a machine that is very busy. */
  freeze() {
    this.running().kill("SIGSTOP");
  }

  thaw() {
    this.running().kill("SIGCONT");
  }

  /** The path of the link that its log has for who is to own the house. */
  get setupPath(): string {
    const path = this.output.match(/\/setup\?code=[\w-]+/g)?.at(-1);
    if (path === undefined) throw new Error("The log has no link to set the house up.");
    return path;
  }

  /** Stops it, removes its folder, and says what it complained about. */
  async end(): Promise<string[]> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
    return this.output.split("\n").filter((line) => line.includes("panicked at"));
  }

  private get environment() {
    return {
      PATH: process.env["PATH"] ?? "",
      RUST_BACKTRACE: "1",
      PARLOUR__SITE_ADDR: `127.0.0.1:${this.port}`,
      PARLOUR__DATABASE__URL: this.database,
      ...NO_LIMITS,
      ...this.settings,
    };
  }

  private spawned(...args: string[]): ChildProcess {
    const child = spawn(BINARY, args, {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: this.environment,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.process = child;
    return child;
  }

  /** Waits until the old process has gone and the new one serves. */
  private async succeed(begin: () => void) {
    const old = this.running();
    const gone = once(old, "exit");
    begin();
    await gone;
    await this.ready(this.running());
  }

  private async ready(child: ChildProcess) {
    const deadline = Date.now() + 10_000;
    while (!(await this.isReady())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`The server did not become ready; it said:\n${this.output}`);
      }
      await pause(20);
    }
  }

  private running(): ChildProcess {
    if (!this.process) throw new Error("The server is not running.");
    return this.process;
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { headers: { connection: "close" } })).ok;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
