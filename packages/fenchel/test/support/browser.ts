/** Finds a Chromium on this machine and opens pages in it whose files are answered from disk; no network. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of a browser: CHROMIUM_PATH, or the first known name on the PATH; undefined when there is none. */
export function findBrowser(): string | undefined {
  const given = process.env["CHROMIUM_PATH"];
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export const browserPath: string | undefined = findBrowser();

if (browserPath === undefined) {
  console.warn("no Chromium found (CHROMIUM_PATH, chromium, google-chrome): the browser tests are skipped");
}

/** Starts the browser, headless and silent. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath!,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
}
