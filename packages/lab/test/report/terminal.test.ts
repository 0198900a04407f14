import { describe, expect, it } from "vitest";
import { renderTerminal, terminalLegend } from "../../src/report/index.ts";
import { columns } from "../../src/base/terminal-text.ts";
import { explainedText, MEAN_WEIGHTS, MEAN_WORDS } from "./results.ts";

const labels = ["ham", "spam"];
const text = explainedText({ words: ["win", "a", "big", "prize", "now", "!"], weights: [0, 0.25, 0.25, 0, 0.5, 0] });
// oxlint-disable-next-line no-control-regex
const bare = (styled: string): string => styled.replace(/\u001b\[[\d;]*m/g, "");

describe("attention in the terminal", () => {
  it("puts weights behind words and fused neighbours in brackets where there is no colour", () => {
    expect(renderTerminal([{ mapping: "fusedmax", options: "λ = 0.1", text }], { labels, color: false })).toBe(
      "fusedmax λ = 0.1  spam 0.75  3 words of 6, 2 segments\n  win [a big](0.25) prize now(0.5) !\n",
    );
  });
  it("fills by weight, the space inside a box too, and leaves zeros undecorated", () => {
    const out = renderTerminal([{ mapping: "fusedmax", text }], { labels, color: true });
    const fill = "\u001b[48;5;74;38;5;16m";
    expect(out.split("\n")[1]).toBe(
      `  win ${fill}[a\u001b[0m${fill} \u001b[0m${fill}big]\u001b[0m prize \u001b[48;5;117;38;5;16mnow\u001b[0m !`,
    );
    const light = renderTerminal([{ mapping: "fusedmax", text }], { labels, color: true, theme: "light" });
    expect(light).not.toBe(out);
    expect(bare(light)).toBe(bare(out));
  });
  it("says when an answer is wrong, and nothing where there is no label", () => {
    expect(renderTerminal([{ mapping: "m", text: { ...text, label: 0 } }], { labels, color: false })).toContain(
      "spam 0.75 (wrong: ham)",
    );
    expect(renderTerminal([{ mapping: "m", text: { ...text, label: null } }], { labels, color: false })).toMatch(
      /spam 0\.75 {2}3 words/,
    );
  });
  it("wraps to the width and begins a line after the subject", () => {
    const long = explainedText({
      words: [..."subject here ¶".split(" "), ..."body ".repeat(40).trim().split(" ")],
      weights: Array(43).fill(1 / 43),
    });
    const lines = bare(renderTerminal([{ mapping: "softmax", text: long }], { labels, color: true, width: 40 }))
      .trimEnd()
      .split("\n");
    expect(Math.max(...lines.slice(1).map(columns))).toBeLessThanOrEqual(40);
    expect(lines[1]).toBe("  [subject here ¶");
    expect(lines.length).toBeGreaterThan(5);
  });
  it("fills the width with emoji sequences and wide characters, and no more", () => {
    const words = Array.from(
      { length: 40 },
      (_, i) => ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "\u4e2d\u6587"][i % 2]!,
    );
    const many = explainedText({ words, weights: words.map(() => 1 / 40) });
    const lines = bare(renderTerminal([{ mapping: "m", text: many }], { labels, color: true, width: 40 })).split("\n");
    const widths = lines.slice(1, -1).map(columns);
    expect(Math.max(...widths)).toBeLessThanOrEqual(40);
    expect(Math.min(...widths.slice(0, -1))).toBeGreaterThan(34);
  });
  it("lets no text control the terminal", () => {
    const words = ["\u001b[2J", "\u001b]0;title\u0007", "\r", "a\nb", ...MEAN_WORDS];
    const out = renderTerminal(
      [{ mapping: "m", text: explainedText({ words, weights: [0, 0, 0, 0, ...MEAN_WEIGHTS] }) }],
      { labels, color: false },
    );
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(out.split("\n")[1]).toContain("[2J");
  });
  it("explains itself", () => {
    expect(terminalLegend({ labels, color: false })).toContain("exactly 0");
    expect(bare(terminalLegend({ labels, color: true }))).toContain(
      "weight up to  0.01  0.02  0.05  0.1  0.2  0.4  0.7  1 ",
    );
  });
  it("refuses weights that are not one a word", () => {
    expect(() =>
      renderTerminal([{ mapping: "m", text: { ...text, id: "x", weights: [] } }], { labels, color: false }),
    ).toThrow('the explained text "x" has 6 words but 0 weights');
  });
});
