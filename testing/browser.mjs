// Finds the machine's Chromium for tests and scripts, and starts it headless and silent.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Path of a browser: CHROMIUM_PATH, or the first that is found; undefined when there is none. */
export function findBrowser() {
  const given = process.env["CHROMIUM_PATH"];
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...elsewhere].find((path) => existsSync(path));
}

/** Whether there is a browser; where there is none, one line says what is skipped. */
export function browserOrSkip(what) {
  const found = findBrowser() !== undefined;
  if (!found) console.log(`${what}: skipped, no browser found (set CHROMIUM_PATH, or install chromium)`);
  return found;
}

export function openBrowser() {
  return chromium.launch({
    executablePath: findBrowser(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
}
