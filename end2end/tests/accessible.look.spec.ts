// Every page and state: no axe violation, in this project's size and colours.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { PAGES, PLACES, becomeOwner, furnish } from "./support/places.js";
import { Guest } from "./support/rest.js";
import { CUT_OFF, expect, test } from "./support/test.js";

/** What axe has against a page. */
async function violations(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map((node) => `${node.html}: ${node.failureSummary ?? ""}`),
  }));
}

for (const [looker, pages] of Object.entries(PAGES)) {
  test(`no page that ${looker} sees has an axe violation`, async ({ arrive, server, tolerate }) => {
    test.slow();
    tolerate(/status of 4\d\d/);
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest, server.setupPath);
    const chat = looker === "Alice" ? maker : await arrive(null, "/join");
    if (looker === "the owner") await becomeOwner(chat, server.setupPath);
    for (const path of pages(made)) {
      await chat.visit(path);
      expect.soft(await violations(chat.page), path).toEqual([]);
    }
  });
}

for (const place of PLACES) {
  test(`${place.name} has no axe violation`, async ({ arrive, server, tolerate }) => {
    tolerate(/status of 4\d\d/);
    tolerate(CUT_OFF);
    const maker = await arrive("Alice", "/me");
    const made = await furnish(await Guest.named(server.url, "Bob"), maker.rest, server.setupPath);
    const chat = place.as ? maker : await arrive(null, "/join");
    await place.open(chat, made);
    expect(await violations(chat.page)).toEqual([]);
  });
}
