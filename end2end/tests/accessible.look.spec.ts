// Every page and state: no axe violation, in this project's size and colours.

import { AxeBuilder } from "@axe-core/playwright";
import { PLACES, furnish } from "./support/places.js";
import { Guest } from "./support/rest.js";
import { CUT_OFF, expect, test } from "./support/test.js";

for (const place of PLACES) {
  test(`${place.name} has no axe violation`, async ({ arrive, server, tolerate }) => {
    tolerate(/status of 4\d\d/);
    tolerate(CUT_OFF);
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest);
    const chat = place.as ? maker : await arrive(null, "/join");
    await place.open(chat, made);
    const { violations } = await new AxeBuilder({ page: chat.page }).analyze();
    const found = violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map((node) => `${node.html}: ${node.failureSummary ?? ""}`),
    }));
    expect(found).toEqual([]);
  });
}
