/** A Chromium for the tests that look at pages: the one that CHROMIUM_PATH names, or where systems put it; none is no failure. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PLACES = [
  "/usr/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a browser, or null. A CHROMIUM_PATH that leads nowhere is an error: somebody meant it. */
export function findBrowser(): string | null {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    if (!isExecutable(named)) throw new Error(`CHROMIUM_PATH is ${named}, which is no program`);
    return named;
  }
  const inPath = (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...PLACES, ...inPath].find(isExecutable) ?? null;
}

/** The path of a browser, or null after one line that says what is skipped. */
export function browserOrSkip(what: string): string | null {
  const path = findBrowser();
  if (path === null) console.log(`${what}: skipped, no browser found (set CHROMIUM_PATH, or install chromium)`);
  return path;
}
