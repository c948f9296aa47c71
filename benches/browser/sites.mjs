// The pages that are compared: how each is served, who looks at it, and what tells that it is there.

import { ircServer } from "../peers/thelounge/irc.mjs";
import { VISITOR, launch } from "./chromium.mjs";
import { LOBBY, kept, fill, member } from "./lobby.mjs";
import { versionOf } from "./places.mjs";
import { parlour, peer } from "./servers.mjs";

/** What a room shows at first, everywhere. */
const MESSAGES = 50;

/** Each `open` gives the running server, the `path` of its room, and `visitor(url)`: what a browser has of it at first. */
export const SITES = {
  parlour: {
    shows: "a member's room page with its newest 50 messages",
    async open() {
      const server = await parlour();
      await fill(server.url, MESSAGES);
      const cookie = await member(server.url, "Reader");
      return {
        ...server,
        path: LOBBY,
        visitor: (url) => ({ cookies: [kept(cookie, url)], origins: [] }),
      };
    },
    message: "article.message .text",
    /** What is typed now is sent. */
    interactive: '.app:has(.connection[data-state="live"]) .composer textarea',
  },

  thelounge: {
    shows: "a member's channel with its newest 50 messages, signed in, from an IRC server beside it",
    versions: () => ({ thelounge: versionOf("thelounge", "thelounge") }),
    async open() {
      const irc = await ircServer();
      const server = await peer("thelounge", { IRC_PORT: String(irc.port) });
      const localStorage = await signedIn(server.url);
      return {
        ...server,
        path: "/",
        visitor: (url) => ({ cookies: [], origins: [{ origin: url, localStorage }] }),
        async end() {
          await server.end();
          await irc.end();
        },
      };
    },
    message: '.msg[data-type="message"] .content',
    interactive: "#input",
  },
  conversejs: {
    shows: "a room with its newest 50 messages, entered without an account, from an XMPP server beside it",
    versions: () => ({ "converse.js": versionOf("converse.js", "conversejs") }),
    async open() {
      const server = await peer("conversejs");
      return { ...server, path: "/", visitor: () => ({ cookies: [], origins: [] }) };
    },
    message: ".chat-msg__text",
    interactive: "textarea.chat-textarea",
  },
};

/** Signs the reader of The Lounge in and joins the channel; what the browser keeps of it. */
async function signedIn(url) {
  const browser = await launch();
  try {
    const context = await browser.newContext(VISITOR);
    const page = await context.newPage();
    await page.goto(url);
    await page.locator("#signin-username").fill("reader");
    await page.locator("#signin-password").fill("reader");
    await page.locator("#sign-in button[type=submit]").click();
    await page.locator("#connect button[type=submit]").click();
    await page.locator('.msg[data-type="message"]').first().waitFor();
    const { origins } = await context.storageState();
    return origins.find(({ origin }) => origin === url).localStorage;
  } finally {
    await browser.close();
  }
}
