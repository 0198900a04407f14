// Opens the built page in a headless Chromium; its files are answered from disk, and anything else is refused and noted.
import { existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const dist = fileURLToPath(new URL("../dist/", import.meta.url));
export const origin = "http://localhost:4173";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** Path of a browser: CHROMIUM_PATH, or the first known name on the PATH; undefined when there is none. */
export function findBrowser() {
  const given = process.env["CHROMIUM_PATH"];
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export function openBrowser() {
  if (!existsSync(join(dist, "index.html"))) throw new Error(`${dist} is empty: run npm run build first`);
  return chromium.launch({
    executablePath: findBrowser(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
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
