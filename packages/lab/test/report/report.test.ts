import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { attentionMarkup } from "../../src/figures/heat-map.ts";
import { niceScale } from "../../src/report/learning-curves.ts";
import { escapeHtml, markup } from "../../src/base/markup.ts";
import { DARK, LIGHT } from "../../src/report/page-style.ts";
import { columnsOf, explanationSvg, groupRuns, reportPage, summarize, writeReport } from "../../src/report/index.ts";
import { DARK_SHADES, formatWeight, COLOR_LEVELS, LIGHT_SHADES, weightLevel } from "../../src/figures/color-scale.ts";
import { explainedText, meta, result, results, task } from "./results.ts";

const folder = mkdtempSync(join(tmpdir(), "fenchel-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

describe("markup", () => {
  it("escapes every value but markup of its own", () => {
    const inner = markup`<b>${"<&>\"'`"}</b>`;
    expect(markup`${inner}${[1, null, "x"]}`.source).toBe("<b>&lt;&amp;&gt;&quot;&#39;&#96;</b>1x");
  });
  it("replaces what no document may hold and what turns text around", () => {
    expect(escapeHtml("a\u0000b\u202ec\ud800d\te")).toBe("a\ufffdb\ufffdc\ufffdd\te");
  });
});

describe("weights as fills", () => {
  it("have a step each, none only for an exact zero", () => {
    expect([0, Number.MIN_VALUE, 0.01, 0.0101, 0.25, 1, 1.0000001].map(weightLevel)).toEqual([
      0,
      1,
      1,
      2,
      6,
      COLOR_LEVELS,
      COLOR_LEVELS,
    ]);
  });
  it("are written with three digits", () => {
    expect([0, 1, 0.25, 1 / 3, 0.012345, 2.14e-9].map(formatWeight)).toEqual([
      "0",
      "1",
      "0.25",
      "0.333",
      "0.0123",
      "2.1e-9",
    ]);
  });
  it("grow away from the ground step by step, in one hue, and keep text readable", () => {
    for (const [shades, ground] of [[LIGHT_SHADES, LIGHT.ground], [DARK_SHADES, DARK.ground]] as const) {
      expect(shades).toHaveLength(COLOR_LEVELS);
      const distances = shades.map(({ fill }) => contrast(fill, ground));
      expect(distances).toEqual(distances.toSorted((a, b) => a - b));
      expect(distances[0]).toBeGreaterThan(1.1);
      for (const { fill, text } of shades) {
        expect(contrast(fill, text), fill).toBeGreaterThanOrEqual(4.5);
        const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(fill.slice(at, at + 2), 16));
        expect(blue! > green! && green! > red!, fill).toBe(true);
      }
    }
  }); // prettier-ignore
  it("stand among text and lines of enough contrast", () => {
    for (const { ground, ink, muted, accent, edge } of [LIGHT, DARK]) {
      for (const colour of [ink, muted, accent]) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(edge, ground)).toBeGreaterThanOrEqual(3);
    }
  });
});

describe("the heat map of a text", () => {
  it("leaves zeros bare, fills a word and boxes neighbours of one weight", () => {
    const text = explainedText({ words: ["a", "b", "c", "d", "¶", "e"], weights: [0, 0.25, 0.25, 0, 0.125, 0.375] });
    expect(attentionMarkup(text).source).toBe(
      'a <mark class="w6 fused" title="0.25 each, 2 words, 0.5 together">b c</mark> d ' +
        '<mark class="w5" title="0.125"><span class="end">¶</span><br /></mark><mark class="w6" title="0.375">e</mark>',
    );
  });
  it("refuses weights that are not one a word", () => {
    expect(() => attentionMarkup(explainedText({ id: "x", weights: [1] }))).toThrow(
      'the explained text "x" has 16 words but 1 weights',
    );
  });
});

describe("the table", () => {
  it("gathers seeds by mapping and options and marks what is best", () => {
    const other = result("fusedmax", 3, {
      config: { ...result("fusedmax", 3).config, mappingOptions: { lambda: 0.2, gamma: 1 } },
    });
    const rows = summarize(groupRuns([...results, other]), columnsOf(task));
    expect(rows.map(({ group }) => [group.mapping, group.options, group.runs.length])).toEqual([
      ["softmax", "", 2],
      ["fusedmax", "λ = 0.1, γ = 1", 2],
      ["fusedmax", "λ = 0.2, γ = 1", 1],
    ]);
    const best = rows.map(({ cells }) => cells.filter((cell) => cell.best).map(({ metric }) => metric.key));
    expect(best).toEqual([
      [],
      ["loss", "sparsity", "supportSize", "segments", "entropy"],
      ["accuracy", "loss", "sparsity", "supportSize", "segments", "entropy"],
    ]);
    expect(rows[0]!.cells[0]!.spread!.mean).toBeCloseTo(0.975, 12);
    expect(rows[0]!.cells[0]!.spread!.std).toBeCloseTo(0.01 / Math.SQRT2, 12);
  });
  it("shows mean and deviation", () => {
    const page = reportPage(task, results, meta);
    expect(page).toContain('97.50 <span class="deviation">± 0.71</span>');
    expect(page).toContain("Mean ± standard deviation over 2 seeds");
    const single = reportPage(task, [result("softmax", 1)], meta);
    expect(single).toContain("<h1>Spam: softmax</h1>");
    expect(single).toContain("One seed each.");
    expect(single).not.toContain('class="deviation"');
  });
});

describe("axes", () => {
  it("have a few round ticks that cover the values", () => {
    expect(niceScale(0, 0.57).ticks).toEqual([0, 0.2, 0.4, 0.6]);
    expect(niceScale(88.7, 98.3, 100).ticks).toEqual([85, 90, 95, 100]);
    expect(niceScale(100, 100, 100)).toMatchObject({ low: 95, high: 100 });
    expect(niceScale(5, 5).ticks.length).toBeGreaterThanOrEqual(2);
    for (const [low, high] of [[0, 1e-6], [0.1, 0.11], [3, 2000], [99.9, 100]] as const) {
      const { ticks } = niceScale(low, high);
      expect(ticks[0]!).toBeLessThanOrEqual(low);
      expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high * (1 - 1e-9));
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  }); // prettier-ignore
});

describe("the written report", () => {
  it("is one page without any request and data with the same figures, and nothing half-written", () => {
    const paths = writeReport(task, results, join(folder, "new", "folder"), meta);
    expect(readdirSync(join(folder, "new", "folder")).sort()).toEqual(["report.html", "report.json"]);
    const page = readFileSync(paths.html, "utf8");
    expect(page).not.toMatch(/<script|<img|<iframe|<[^>]*\s(?:on\w+|src|srcset)=|url\(|@import|href="(?!data:)/i);
    const data = JSON.parse(readFileSync(paths.json, "utf8"));
    expect(data).toMatchObject({
      format: "fenchel-report",
      version: 2,
      fenchelLab: "0.0.0",
      task: "spam",
      date: "2026-11-21T05:00:00.000Z",
    });
    expect(data.results).toEqual(JSON.parse(JSON.stringify(results)));
    expect(data.summary[1]).toMatchObject({
      mapping: "fusedmax",
      seeds: [1, 2],
      figures: { sparsity: { mean: 0.8, deviation: 0 } },
    });
  });
  it("replaces an earlier one", () => {
    writeFileSync(join(folder, "report.html"), "old");
    writeReport(task, results, folder, meta);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toMatch(/^<!doctype html>/);
  });
  it("says in one line why it cannot be written", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => writeReport(task, results, join(folder, "file"), meta)).toThrow(/file/);
    expect(() => writeReport(task, [], folder, meta)).toThrow("results must not be empty");
  });
  it("tells runs apart that explain other texts, and shows only what all explain", () => {
    const shared = explainedText({ id: "shared-text" });
    const page = reportPage(
      task,
      [
        result("softmax", 1, { examples: [shared, explainedText({ id: "only-here" })] }),
        result("fusedmax", 1, { examples: [shared] }),
      ],
      meta,
    );
    expect(page).toContain("shared-text");
    expect(page).not.toContain("only-here");
  });
});

describe("a comparison with a run that diverged, one that stopped at once and one that is perfect", () => {
  const epochs = result("softmax", 1).epochs;
  const good = result("sparsemax", 1, {
    epochs: epochs.slice(0, 1).map((epoch) => ({ ...epoch, devAccuracy: 1 })),
    bestEpoch: 1,
  });
  const diverged = result("softmax", 1, {
    epochs: epochs.map((epoch) => ({
      ...epoch,
      devAccuracy: 1,
      devLoss: epoch.epoch > 1 ? Number.NaN : epoch.devLoss,
    })),
    scores: { ...result("softmax", 1).scores, loss: Number.NaN },
  });
  it("still has its report, in which no figure is made up", () => {
    const page = reportPage(task, [diverged, good, result("fusedmax", 1, { epochs: [] })], meta);
    expect(page).not.toMatch(/(?:points|cx|cy|x|y)="[^"]*(?:NaN|Infinity)/);
    expect(page).toMatch(/<td>\s*NaN\s*<\/td>/);
    expect(page).toContain("<b>0.100</b>");
  });
});

describe("the picture", () => {
  it("is an SVG with a box a line for a fused segment, and escapes its words", () => {
    const svg = explanationSvg([{ mapping: "fusedmax", options: "λ = 0.1", text: explainedText() }], {
      labels: ["ham", "spam"],
    });
    expect(svg).not.toMatch(/<script|<img|<[^>]*\son\w+=/);
    expect(svg.match(/<rect [^>]*stroke="/g)).toHaveLength(1);
    const narrow = explanationSvg([{ mapping: "fusedmax", text: explainedText() }], {
      labels: ["ham", "spam"],
      columns: 30,
    });
    expect(narrow.match(/<rect [^>]*stroke="/g)!.length).toBeGreaterThan(1);
    expect(() => explanationSvg([], { labels: [] })).toThrow("explanations must not be empty");
  });
});
