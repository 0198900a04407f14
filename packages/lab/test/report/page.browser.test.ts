import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MATRIX_STYLE, matrixGroup } from "../../src/figures/attention-matrix.ts";
import { explanationPage, writeReport } from "../../src/report/index.ts";
import { markup } from "../../src/base/markup.ts";
import { htmlDocument } from "../../src/report/html-document.ts";
import { browserOrSkip, openBrowser } from "../../../../testing/browser.mjs";
import { MEAN_WORDS, meta, result, results, task } from "./results.ts";

describe.runIf(browserOrSkip("the report in a browser"))("the report in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "fenchel-"));
  let browser: Browser;
  let page: Page;
  let url: string;
  const requests: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    url = pathToFileURL(writeReport(task, results, folder, meta).html).href;
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1240, height: 900 } });
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it("opens without a complaint and asks for nothing but itself", () => {
    expect(complaints).toEqual([]);
    expect(requests.filter((request) => !request.startsWith("data:"))).toEqual([url]);
  });

  it("runs no script from data and lets no text become an element", async () => {
    const found = await page.evaluate(() => ({
      broken: "broken" in globalThis,
      active: document.querySelectorAll("script, img, iframe, object, embed, form, a, [src], [srcset], [autofocus]")
        .length,
      handlers: Array.from(document.querySelectorAll("*")).filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith("on")),
      ).length,
      styles: document.querySelectorAll("style").length,
      words: Array.from(document.querySelectorAll("td.words"), (cell) =>
        (cell.textContent ?? "").replace(/\s+/g, " ").trim(),
      ),
      command: document.querySelector(".command")?.textContent,
    }));
    // The turned-round and the null character are the two that do not come through.
    const shown = MEAN_WORDS.join(" ").replaceAll("\u202e", "\ufffd").replaceAll("\u0000", "\ufffd").replace("¶ ", "¶");
    expect(found).toEqual({
      broken: false,
      active: 0,
      handlers: 0,
      styles: 1,
      words: [shown, shown],
      command: meta.command,
    });
  });

  it("leaves zeros without any fill and draws a fused segment as one box", async () => {
    const rows = await page.evaluate(() =>
      Array.from(document.querySelectorAll("table.maps tbody tr"), (row) => {
        const cell = row.querySelector("td.words")!;
        const transparent = "rgba(0, 0, 0, 0)";
        return {
          mapping: row.querySelector(".mapping")!.textContent,
          fills: Array.from(cell.querySelectorAll("mark"), (mark) => getComputedStyle(mark).backgroundColor).filter(
            (fill) => fill !== transparent,
          ).length,
          ground: [cell, row, document.querySelector("table.maps")!].every(
            (element) => getComputedStyle(element).backgroundColor === transparent,
          ),
          boxes: Array.from(cell.querySelectorAll("mark.fused"), (mark) => ({
            pieces: mark.getClientRects().length,
            ringed: getComputedStyle(mark).boxShadow !== "none",
            title: mark.getAttribute("title"),
          })),
          verdict: row.querySelector(".verdict")?.textContent ?? null,
        };
      }),
    );
    expect(rows).toEqual([
      { mapping: "softmax", fills: 16, ground: true, boxes: [], verdict: "wrong" },
      {
        mapping: "fusedmax",
        fills: 2,
        ground: true,
        boxes: [{ pieces: 1, ringed: true, title: "0.25 each, 3 words, 0.75 together" }],
        verdict: null,
      },
    ]);
  });

  it("breaks the lines of all mappings alike, and is no wider than its window, wide or narrow", async () => {
    for (const width of [1240, 800, 400]) {
      await page.setViewportSize({ width, height: 900 });
      const found = await page.evaluate(() => ({
        lines: Array.from(document.querySelectorAll("td.words"), (cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return Math.round(
            range.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(cell).lineHeight),
          );
        }),
        wider: document.documentElement.scrollWidth - innerWidth,
      }));
      expect(new Set(found.lines).size, `${width}`).toBe(1);
      expect(found.wider, `${width}`).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1240, height: 900 });
  });

  it("follows the dark setting on screen and is light on paper", async () => {
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).toBe("rgb(17, 22, 28)");
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
    expect(await page.evaluate(() => getComputedStyle(document.querySelector("mark")!).printColorAdjust)).toBe("exact");
    await page.emulateMedia({ colorScheme: "light", media: "screen" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
  });

  it("has tables with captions and scopes, named pictures and headings in order", async () => {
    const found = await page.evaluate(() => ({
      language: document.documentElement.lang,
      captions: Array.from(
        document.querySelectorAll("table"),
        (table) => (table.caption?.textContent ?? "").trim() !== "",
      ),
      scopes: Array.from(document.querySelectorAll("th")).every((cell) => cell.scope !== ""),
      pictures: Array.from(
        document.querySelectorAll("svg"),
        (svg) => svg.getAttribute("role") === "img" && (svg.getAttribute("aria-label") ?? "") !== "",
      ),
      headings: Array.from(document.querySelectorAll("h1, h2, h3"), (heading) => heading.tagName),
    }));
    expect(found).toEqual({
      language: "en",
      captions: [true, true],
      scopes: true,
      pictures: [true, true],
      headings: ["H1", "H2", "H2", "H2", "H2"],
    });
  });

  it("gives the words beside a matrix the room they need, and cuts the longest", async () => {
    const words = [
      "Wwwwwwww",
      "Mmmmm@",
      "Illinois,",
      "Mädchen-",
      "Straßenbahn",
      "日本語",
      "ЖЖЖщщ",
      "Häuser",
      "<b>bold</b>",
      "x".repeat(60),
    ];
    const weights = words.map((_, i) => words.map((_, j) => (i === j ? 1 : 0)));
    const matrix = { rows: words, columns: words, weights, label: "all" };
    const source = htmlDocument(
      "matrix",
      matrixGroup({ title: "All", texts: [["Text", words.join(" ")]], figures: [{ caption: markup`all`, matrix }] }),
      MATRIX_STYLE,
    );
    const path = join(folder, "matrix.html");
    writeFileSync(path, source);
    await page.goto(pathToFileURL(path).href);
    const outside = await page.evaluate(() => {
      const room = document.querySelector("svg.matrix")!.getBoundingClientRect();
      return Array.from(document.querySelectorAll("svg.matrix text"))
        .filter((text) => {
          const { left, top } = text.getBoundingClientRect();
          return left < room.left - 0.5 || top < room.top - 0.5;
        })
        .map((text) => text.textContent);
    });
    expect(outside).toEqual([]);
    expect(source).toContain("xxx\u2026</text>");
    await page.setViewportSize({ width: 400, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1240, height: 900 });
  });

  it("is as safe when it explains a text of the user's", async () => {
    const path = join(folder, "explanation.html");
    writeFileSync(
      path,
      explanationPage(task.figures([result("fusedmax", 1)])!, { title: "<script>window.broken=1</script>" }),
    );
    complaints.length = 0;
    await page.goto(pathToFileURL(path).href);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => ["broken" in globalThis, document.querySelectorAll("script").length])).toEqual([
      false,
      0,
    ]);
  });
});
