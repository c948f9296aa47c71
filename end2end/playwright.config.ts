// Every journey starts its own server (see tests/support); here is only which browser looks at it,
// and how large, how bright and how much of a program that browser is.

import { defineConfig } from "@playwright/test";
import type { Engine } from "./engines/support/driver.js";
import { systemBrowser } from "./tests/support/browser.mjs";

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const isRoot = process.getuid?.() === 0;
const executablePath = systemBrowser();

export default defineConfig<object, { engine: Engine }>({
  testDir: "tests",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // A journey that passes only then is named at the end, with what it failed of: a defect to mend, but
  // nothing that may keep everything else from being shown.
  retries: 1,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["./tests/support/closing-line.ts"]],
  use: {
    colorScheme: "light",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        // Chromium's sandbox refuses root, which is what containers are.
        ...(isRoot ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    // Each journey once with script: here, or on a phone where it asks for one.
    {
      name: "journeys desktop",
      testMatch: /\.(live|static)\.spec\.ts$/,
      grepInvert: /@phone/,
      use: desktop,
    },
    // Those once more, in `make long`.
    {
      name: "desktop too",
      testMatch: /\.(live|static)\.spec\.ts$/,
      grep: /@phone/,
      use: desktop,
    },
    {
      name: "journeys phone",
      testMatch: /\.(live|static)\.spec\.ts$/,
      grep: /@phone/,
      use: { ...phone, colorScheme: "dark" },
    },
    {
      name: "journeys without script",
      testMatch: /\.(static|noscript)\.spec\.ts$/,
      use: { ...desktop, javaScriptEnabled: false },
    },
    // Contrast follows the colours and what sticks out the size: both of each are seen in two.
    {
      name: "journeys look desktop light",
      testMatch: /\.look\.spec\.ts$/,
      use: { ...desktop, colorScheme: "light" },
    },
    {
      name: "journeys look phone dark",
      testMatch: /\.look\.spec\.ts$/,
      use: { ...phone, colorScheme: "dark" },
    },
    // Other engines, over WebDriver: each page is a program that takes seconds to start.
    ...(["firefox", "webkit"] as const).map((engine) => ({
      name: `engine ${engine}`,
      testDir: "engines",
      testMatch: /\.engine\.spec\.ts$/,
      timeout: 120_000,
      use: { engine },
    })),
    {
      name: "weight",
      retries: 0,
      testMatch: /\.weight\.spec\.ts$/,
      use: desktop,
    },
  ],
});
