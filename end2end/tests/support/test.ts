// What every test has: a server of its own, people with browsers, and an ear for complaints.

import { type Browser, type BrowserContext, test as base, expect } from "@playwright/test";
import { Chat } from "./chat.js";
import { History } from "./history.js";
import { Guest } from "./rest.js";
import { Server, type Settings } from "./server.js";
import { Wire } from "./wire.js";

type Fixtures = {
  /** Settings of this test's server, as environment variables. */
  settings: Settings;
  server: Server;
  /** The cable that `arrive` uses when a test asks for it. */
  wire: Wire;
  /** What everybody who arrives sends and sees; `holds` has it checked. */
  history: History;
  /** Complaints that this test expects. */
  tolerate: (complaint: RegExp) => void;
  complaints: Complaints;
  /**
   * Somebody with a browser of their own comes to a page; with a name they have a session, and are a member of the
   * room that the page is of, unless they only look.
   */
  arrive: (
    name: string | null,
    path?: string,
    options?: { via?: Wire; looks?: boolean },
  ) => Promise<Chat>;
  /** The same person in another window, or a visitor in the same one. */
  chat: Chat;
};

/** What a browser that is cut off says; nothing a page could keep it from. What helps with writing comes another time. */
export const CUT_OFF =
  /WebSocket connection to|WebSocket is already in CLOSING|net::ERR_(CONNECTION|CONTENT_LENGTH|EMPTY|INCOMPLETE|INTERNET|INVALID_CHUNKED|NETWORK|SOCKET)[A-Z_]*|ERR_FAILED \(\S*\/pkg\/composer\./;

/** What a browser says that wants to look after the site's service worker while the network is gone. */
const WORKER_CUT_OFF = /^An unknown error occurred when fetching the script\./;

class Complaints {
  private readonly heard: string[] = [];
  private readonly tolerated: RegExp[] = [WORKER_CUT_OFF];

  tolerate(complaint: RegExp) {
    this.tolerated.push(complaint);
  }

  async listen(context: BrowserContext) {
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`),
      );
      // The server's island, and the one that the program draws in its place; a third is drawn where the
      // page was touched, and never in a page that nobody touched.
      let islands = 0;
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes)
            if (node.nodeName === "LEPTOS-ISLAND" && ++islands > 2)
              console.error("The island was drawn anew.");
      }).observe(document, { childList: true, subtree: true });
    });
    context.on("console", (message) => {
      if (message.type() !== "error") return;
      this.add(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.add(String(error.error().stack ?? error.error())));
    context.on("dialog", (dialog) => {
      this.add(`A dialog said: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("response", (response) => {
      if (response.status() >= 500) this.add(`${response.status()} from ${response.url()}`);
    });
  }

  add(complaint: string) {
    this.heard.push(complaint);
  }

  get remaining() {
    return this.heard.filter((heard) => !this.tolerated.some((known) => known.test(heard)));
  }
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],

  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.remaining, "nothing complained").toEqual([]);
  },

  tolerate: async ({ complaints }, use) => {
    await use((complaint) => complaints.tolerate(complaint));
  },

  server: async ({ settings, complaints }, use) => {
    const server = await Server.start(settings);
    try {
      await use(server);
    } finally {
      for (const panic of await server.end()) complaints.add(panic);
    }
  },

  history: async ({ server }, use) => use(new History(server.url)),

  wire: async ({ server }, use) => {
    const wire = await Wire.to(server.port);
    try {
      await use(wire);
    } finally {
      await wire.close();
    }
  },

  baseURL: async ({ server }, use) => use(server.url),

  context: async ({ context, complaints }, use) => {
    await complaints.listen(context);
    await use(context);
  },

  chat: async ({ page, javaScriptEnabled }, use) => {
    await use(new Chat(page, undefined, javaScriptEnabled ?? true));
  },

  arrive: async ({ browser, server, history, complaints, javaScriptEnabled }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (name, path = "/", { via, looks = false } = {}) => {
      const url = via?.url ?? server.url;
      const context = await newContext(browser, url);
      opened.push(context);
      await complaints.listen(context);
      let guest: Guest | undefined;
      if (name !== null) {
        guest = await Guest.named(server.url, name);
        await context.addCookies([
          { name: "parlour_session", value: guest.token, url, httpOnly: true, sameSite: "Lax" },
        ]);
        const room = roomOf(path);
        if (room !== undefined && !looks) await guest.joinRoom(room);
      }
      const chat = new Chat(await context.newPage(), guest, javaScriptEnabled ?? true, history);
      await chat.visit(path);
      return chat;
    });
    for (const context of opened) await context.close();
  },
});

/** The room that this path is of. */
function roomOf(path: string): number | undefined {
  const id = /^\/rooms\/(\d+)/.exec(path)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** A context with the project's size, colours and script setting. */
function newContext(browser: Browser, baseURL: string): Promise<BrowserContext> {
  return browser.newContext({ baseURL });
}

export { expect };
