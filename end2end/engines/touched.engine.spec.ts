// Pages that were changed on their way end in a working room.

import { ChangingProxy } from "./support/proxy.js";
import { LOBBY, expect, test } from "./support/test.js";

const CHANGES: Record<string, (html: string) => string> = {
  "strips comments": (html) => html.replaceAll(/<!--[^]*?-->/g, ""),
  "rewrites an address in a message": (html) =>
    html.replaceAll("https://example.org/", "https://example.org/?from=proxy"),
  "puts an element before the composer": (html) =>
    html.replaceAll("<textarea", "<spell-checker></spell-checker><textarea"),
  "makes links of the dates": (html) =>
    html.replaceAll(/(<time\b[^>]*>)([^<]+)(<\/time>)/g, '$1<a href="x-apple-data-detectors://1">$2</a>$3'),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`a proxy that ${what} leaves a room that works`, async ({ arrive, server }) => {
    const proxy = await ChangingProxy.before(server.port, change);
    try {
      const alice = await arrive("Alice", proxy.url);
      await alice.guest.post("See https://example.org/ on 28 November, +49 30 123456");
      await alice.visits(LOBBY);
      await alice.guest.post("It goes on");
      await alice.seesStored("It goes on");
      await alice.says("And I can answer");
      expect(await alice.connection()).toBe("live");
    } finally {
      await proxy.close();
    }
  });
}
