/** The built package in a real page: the same numbers as in Node, kernels and workers included. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as fenchel from "../../dist/index.js";
import type * as parallel from "../../dist/parallel/index.js";
import { browserOrSkip, openBrowser } from "../../../../testing/browser.mjs";
import { farthest } from "../support/backends.ts";
import { normals } from "../support/rows-of-scores.ts";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const rows = 8;
const n = 36;

/** The test runner rewrites `import()` in functions that it sends to the page; this one is the page's own. */
const pageText =
  "<!doctype html><link rel=icon href=data:,><script type=module>globalThis.load = (path) => import(path)</script>";

interface PageGlobal {
  load<Exports>(path: string): Promise<Exports>;
}

/** What a call gives: in the page, and here. */
interface Answer {
  readonly weights: number[];
  readonly gradient: number[];
}

describe.runIf(browserOrSkip("fenchel in a page"))("in a page", () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.context().route("**/*", async (route) => {
      const { pathname } = new URL(route.request().url());
      const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
      if (!pathname.startsWith("/dist/")) {
        return route.fulfill({ contentType: "text/html", headers, body: pageText });
      }
      const body = readFileSync(dist + pathname.slice("/dist/".length));
      return route.fulfill({ contentType: "text/javascript", headers, body });
    });
    await page.goto("http://localhost/");
  });

  afterAll(() => browser?.close());

  const answerHere = (name: string, single: boolean): Answer => {
    const { mapping, optionsFor } = fenchel.registry.find((entry) => entry.name === name)!;
    const kind = single ? Float32Array : Float64Array;
    const { weights, pullback } = mapping.vjp(kind.from(normals(rows * n, 1)), {
      shape: [rows, n],
      ...optionsFor?.(n),
    });
    return { weights: Array.from(weights), gradient: Array.from(pullback(normals(rows * n, 2)).scores) };
  };

  const answerThere = (name: string, single: boolean): Promise<Answer> =>
    page.evaluate(
      async ({ name, single, scores, cotangent, rows, n }) => {
        const { load } = globalThis as unknown as PageGlobal;
        const { registry } = await load<typeof fenchel>("/dist/index.js");
        const { mapping, optionsFor } = registry.find((entry) => entry.name === name)!;
        const kind = single ? Float32Array : Float64Array;
        const { weights, pullback } = mapping.vjp(kind.from(scores), { shape: [rows, n], ...optionsFor?.(n) });
        return { weights: Array.from(weights), gradient: Array.from(pullback(cotangent).scores) };
      },
      { name, single, rows, n, scores: normals(rows * n, 1), cotangent: normals(rows * n, 2) },
    );

  test.each(
    fenchel.registry.flatMap(({ name }) => [
      { name, single: false },
      { name, single: true },
    ]),
  )("$name, float32: $single", async ({ name, single }) => {
    const [there, here] = [await answerThere(name, single), answerHere(name, single)];
    expect(farthest(there.weights, here.weights)).toBeLessThanOrEqual(1e-12);
    expect(farthest(there.gradient, here.gradient)).toBeLessThanOrEqual(1e-9);
  });

  test("workers share a call", async () => {
    const outcome = await page.evaluate(
      async ({ scores, rows, n }) => {
        const { load } = globalThis as unknown as PageGlobal;
        const { softmax } = await load<typeof fenchel>("/dist/index.js");
        const { startWorkers, stopWorkers } = await load<typeof parallel>("/dist/parallel/index.js");
        const x = Float32Array.from(scores);
        const alone = Array.from(softmax(x, { shape: [rows, n] }));
        const threads = await startWorkers({ threads: 2, minimum: 1 });
        const together = Array.from(softmax(x, { shape: [rows, n] }));
        stopWorkers();
        return { isolated: crossOriginIsolated, threads, same: together.every((weight, i) => weight === alone[i]) };
      },
      { scores: normals(rows * n, 1), rows, n },
    );
    expect(outcome).toEqual({ isolated: true, threads: 2, same: true });
  });

  test("nothing was printed", () => expect(complaints).toEqual([]));
});
