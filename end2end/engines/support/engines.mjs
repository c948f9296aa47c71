// Which engines there are besides the one of the journeys, and where the system has them.
// Run as a program it says what is missing, and fails when something is.

import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} names */
function onPath(...names) {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** WebKitGTK's own browser lies beside its library, in a folder named after its version. */
function miniBrowser() {
  const folders = ["/usr/lib", "/usr/lib64", "/usr/libexec"].flatMap((root) => {
    try {
      return readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
        entry.name.startsWith("webkit")
          ? [join(root, entry.name)]
          : entry.name.endsWith("-linux-gnu")
            ? readdirSync(join(root, entry.name))
                .filter((name) => name.startsWith("webkit"))
                .map((name) => join(root, entry.name, name))
            : [],
      );
    } catch {
      return [];
    }
  });
  return folders.sort().reverse().map((folder) => join(folder, "MiniBrowser")).find(isExecutable);
}

/** @type {Record<"firefox" | "webkit", { browser: string | undefined, driver: string | undefined }>} */
export const ENGINES = {
  firefox: { browser: onPath("firefox-esr", "firefox"), driver: onPath("geckodriver") },
  webkit: { browser: miniBrowser(), driver: onPath("WebKitWebDriver") },
};

/** Draws windows that nobody sees. */
export const DISPLAY_SERVER = onPath("Xvfb");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parts = Object.entries(ENGINES).flatMap(([name, { browser, driver }]) => [
    [`${name}'s browser`, browser],
    [`${name}'s WebDriver`, driver],
  ]);
  const missing = [...parts, ["Xvfb", DISPLAY_SERVER]].filter(([, path]) => path === undefined);
  if (missing.length > 0) {
    console.error(`missing: ${missing.map(([name]) => name).join(", ")}`);
    process.exit(1);
  }
}
