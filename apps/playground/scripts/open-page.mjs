// Opens the built page in a headless Chromium; its files are answered from disk, and anything else is refused and noted.
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser as startBrowser } from "../../../testing/browser.mjs";

export const dist = fileURLToPath(new URL("../dist/", import.meta.url));
export const origin = "http://localhost:4173";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** Starts the browser. Throws when the page was not built. */
export function openBrowser() {
  if (!existsSync(join(dist, "index.html"))) throw new Error(`${dist} is empty: run npm run build first`);
  return startBrowser();
}

/** A page with the playground at `hash`, what its console and network complained of, and the files it loaded. */
export async function openPage(browser, hash = "", contextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  const complaints = [];
  const loaded = [];
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    const path = normalize(join(dist, url.pathname === "/" ? "index.html" : decodeURIComponent(url.pathname)));
    if (url.origin !== origin || !path.startsWith(dist)) {
      complaints.push(`a request leaves the page: ${url.href}`);
      return route.abort();
    }
    if (!existsSync(path) || !statSync(path).isFile()) return route.fulfill({ status: 404, body: "" });
    loaded.push(path);
    const contentType = types[extname(path)] ?? "application/octet-stream";
    return route.fulfill({ contentType, body: readFileSync(path) });
  });
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${String(error)}`));
  await page.goto(`${origin}/${hash}`);
  await page.waitForSelector("h1");
  return { page, complaints, loaded, close: () => context.close() };
}
