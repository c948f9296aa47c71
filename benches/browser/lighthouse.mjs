// Lighthouse's four marks for Parlour's room page, as a visitor sees it, on its phone and on its desktop.

import { launch } from "./chromium.mjs";
import { medians, rounded } from "./figures.mjs";
import { LOBBY } from "./lobby.mjs";
import { load, versionOf } from "./places.mjs";
import { freePort } from "./servers.mjs";
import { SITES } from "./sites.mjs";

const RUNS = 5;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const METRICS = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "cumulative-layout-shift",
  "speed-index",
];

async function audit(url, preset) {
  const { default: lighthouse, desktopConfig } = await load("lighthouse");
  const port = await freePort();
  const browser = await launch(`--remote-debugging-port=${port}`);
  try {
    const settings = { port, output: "json", logLevel: "error", onlyCategories: CATEGORIES };
    const { lhr } = await lighthouse(url, settings, preset === "desktop" ? desktopConfig : undefined);
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    const marks = CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]);
    const metrics = METRICS.map((name) => [name, rounded(lhr.audits[name].numericValue, 3)]);
    const refs = CATEGORIES.flatMap((name) => lhr.categories[name].auditRefs);
    const lost = refs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.995)
      .map(({ id }) => `${id}: ${lhr.audits[id].displayValue ?? lhr.audits[id].title}`);
    return { marks: Object.fromEntries(marks), metrics: Object.fromEntries(metrics), lost };
  } finally {
    await browser.close();
  }
}

export async function row() {
  const server = await SITES.parlour.open();
  const presets = { mobile: [], desktop: [] };
  try {
    for (let run = 0; run < RUNS; run += 1) {
      for (const preset of Object.keys(presets)) presets[preset].push(await audit(server.url + LOBBY, preset));
    }
  } finally {
    await server.end();
  }
  const of = (runs) => ({
    ...medians(runs.map(({ marks }) => marks)),
    ...medians(runs.map(({ metrics }) => metrics)),
    lost: [...new Set(runs.flatMap(({ lost }) => lost.map((line) => line.split(":")[0])))],
  });
  return {
    unit: "marks of 100; ms; layout shift",
    throttling: "Lighthouse's own, simulated",
    versions: { lighthouse: versionOf("lighthouse") },
    runs: RUNS,
    presets,
    medians: { mobile: of(presets.mobile), desktop: of(presets.desktop) },
  };
}
