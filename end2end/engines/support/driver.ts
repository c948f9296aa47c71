// A browser of another engine, driven over WebDriver (W3C): its driver's process, a display that nobody
// sees, and their end.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Builder, Capabilities, type WebDriver } from "selenium-webdriver";
import { DISPLAY_SERVER, ENGINES } from "./engines.mjs";

export type Engine = keyof typeof ENGINES;

/** A virtual screen. */
export class Display {
  private constructor(
    private readonly process: ChildProcess,
    readonly name: string,
  ) {}

  static async open(): Promise<Display> {
    if (!DISPLAY_SERVER) throw new Error("There is no Xvfb: .ci/setup engines");
    const args = ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
    const child = spawn(DISPLAY_SERVER, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const numbers = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream });
    const [number] = await Promise.race([
      once(numbers, "line"),
      once(child, "exit").then(() => Promise.reject(new Error("Xvfb did not start."))),
    ]);
    return new Display(child, `:${number}`);
  }

  async close() {
    await ended(this.process);
  }
}

/** One browser with a profile of its own. */
export class Driven {
  private constructor(
    readonly driver: WebDriver,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static async open(engine: Engine, display: Display): Promise<Driven> {
    const { browser, driver } = ENGINES[engine];
    if (!browser || !driver) throw new Error(`${engine} is not there: .ci/setup engines`);
    const folder = await mkdtemp(join(tmpdir(), `parlour-${engine}-`));
    const port = await freePort();
    const ports = engine === "firefox" ? [`--port=${port}`, "--websocket-port=0"] : [`--port=${port}`];
    const child = spawn(driver, ports, {
      stdio: "ignore",
      // A home of its own: no profile, cache or setting of whoever runs this.
      env: {
        ...process.env,
        DISPLAY: display.name,
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        XDG_CACHE_HOME: join(folder, "cache"),
        GDK_BACKEND: "x11",
        LIBGL_ALWAYS_SOFTWARE: "1",
        WEBKIT_DISABLE_DMABUF_RENDERER: "1",
        WEBKIT_DISABLE_COMPOSITING_MODE: "1",
        TZ: "Europe/Berlin",
      },
    });
    try {
      await answers(port);
      const driver = await new Builder()
        .usingServer(`http://127.0.0.1:${port}`)
        .withCapabilities(capabilities(engine, browser))
        .build();
      return new Driven(driver, child, folder);
    } catch (error) {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close() {
    await this.driver.quit().catch(() => undefined);
    await ended(this.process);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function capabilities(engine: Engine, binary: string): Capabilities {
  switch (engine) {
    case "firefox":
      return new Capabilities({
        browserName: "firefox",
        "moz:firefoxOptions": {
          binary,
          prefs: {
            // A mouse that hovers, which a virtual display does not have by itself.
            "ui.primaryPointerCapabilities": 6,
            "ui.allPointerCapabilities": 6,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
            "app.update.enabled": false,
            "datareporting.policy.dataSubmissionEnabled": false,
            "browser.safebrowsing.malware.enabled": false,
            "browser.safebrowsing.phishing.enabled": false,
          },
        },
      });
    case "webkit":
      return new Capabilities({
        browserName: "MiniBrowser",
        "webkitgtk:browserOptions": { binary, args: ["--automation"] },
      });
  }
}

async function answers(port: number) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/status`);
      if (answer.ok) return;
    } catch {
      // Not there yet.
    }
    if (Date.now() > deadline) throw new Error("The WebDriver does not answer.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ended(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const deadline = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(deadline);
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
