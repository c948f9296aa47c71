// The pages that are compared: how each is served, who looks at it, and what tells that it is there.

import { LOBBY, kept, fill, member } from "./lobby.mjs";
import { parlour } from "./servers.mjs";

/** What a room shows at first, everywhere. */
const MESSAGES = 50;

/** Each `open` gives the running server, the `path` of its room, and `visitor(url)`: what a browser has of it at first. */
export const SITES = {
  parlour: {
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
};
