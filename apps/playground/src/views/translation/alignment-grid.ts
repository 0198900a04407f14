/** Attention of every translated word over the source words: zeros are white, segments of one weight are outlined. */
import { pool, set, setText, svg } from "../../core/dom.ts";
import { short } from "../../core/format.ts";

export interface Alignment {
  readonly sourceTokens: readonly string[];
  readonly targetTokens: readonly string[];
  /** targets x sources. */
  readonly weights: Float32Array;
  readonly groups: Int32Array | null;
}

export interface AlignmentGrid {
  readonly element: SVGSVGElement;
  show(alignment: Alignment, width: number): void;
}

/** Cells from this width on hold their weight. */
const NUMBER_WIDTH = 38;
const SLANT = 45;

/** Runs of two or more neighbours of one group, row by row. */
export function segmentsOf(
  groups: Int32Array | null,
  rows: number,
  columns: number,
): { row: number; from: number; to: number }[] {
  const result: { row: number; from: number; to: number }[] = [];
  if (groups === null) return result;
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < columns;) {
      const group = groups[row * columns + from]!;
      let to = from + 1;
      if (group >= 0) while (to < columns && groups[row * columns + to] === group) to++;
      if (to - from > 1) result.push({ row, from, to });
      from = to;
    }
  }
  return result;
}

export function alignmentGrid(): AlignmentGrid {
  const cells = svg("g");
  const rules = svg("path", { class: "grid-rules" });
  const outlines = svg("g");
  const numbers = svg("g", { class: "cell-numbers" });
  const columns = svg("g", { class: "tokens" });
  const rows = svg("g", { class: "tokens" });
  const element = svg("svg", { class: "picture", role: "img" }, cells, rules, outlines, numbers, columns, rows);
  const longest = (tokens: readonly string[]) => tokens.reduce((most, token) => Math.max(most, token.length), 0) * 7.4;
  return {
    element,
    show({ sourceTokens, targetTokens, weights, groups }, width) {
      const [n, m] = [sourceTokens.length, targetTokens.length];
      const left = Math.min(longest(targetTokens) + 14, width * 0.3);
      const top = Math.min(longest(sourceTokens), 150) * Math.sin((SLANT * Math.PI) / 180) + 22;
      // The last token leans out to the right.
      const room = Math.min(longest(sourceTokens.slice(-1)), 150) * 0.71 + 6;
      const step = Math.max(Math.min((width - left - room) / n, 58), 10);
      const tall = Math.min(step, 34);
      const x = (j: number) => left + j * step;
      const y = (i: number) => top + i * tall;
      const heard = Array.from(weights, (weight, at) => ({ at, weight })).filter(({ weight }) => weight > 0);
      pool(cells, heard.length, () => svg("rect", { class: "word-box" }, svg("title"))).forEach((rect, k) => {
        const { at, weight } = heard[k]!;
        const [i, j] = [Math.floor(at / n), at % n];
        set(rect, "x", x(j).toFixed(1));
        set(rect, "y", y(i).toFixed(1));
        set(rect, "width", step.toFixed(1));
        set(rect, "height", tall.toFixed(1));
        set(rect, "fill-opacity", (0.06 + 0.84 * weight).toFixed(3));
        setText(rect.firstElementChild!, `${targetTokens[i]} hears ${sourceTokens[j]}: ${short(weight)}`);
      });
      let d = "";
      for (let i = 0; i <= m; i++) d += `M${x(0).toFixed(1)} ${y(i).toFixed(1)}H${x(n).toFixed(1)}`;
      for (let j = 0; j <= n; j++) d += `M${x(j).toFixed(1)} ${y(0).toFixed(1)}V${y(m).toFixed(1)}`;
      set(rules, "d", d);
      const segments = segmentsOf(groups, m, n);
      pool(outlines, segments.length, () => svg("rect", { class: "segment", rx: 3 })).forEach((rect, k) => {
        const { row, from, to } = segments[k]!;
        set(rect, "x", (x(from) + 1.5).toFixed(1));
        set(rect, "y", (y(row) + 1.5).toFixed(1));
        set(rect, "width", ((to - from) * step - 3).toFixed(1));
        set(rect, "height", (tall - 3).toFixed(1));
      });
      const written = step >= NUMBER_WIDTH ? heard.filter(({ weight }) => weight >= 0.005) : [];
      pool(numbers, written.length, () => svg("text", { "text-anchor": "middle" })).forEach((text, k) => {
        const { at, weight } = written[k]!;
        set(text, "x", (x(at % n) + step / 2).toFixed(1));
        set(text, "y", (y(Math.floor(at / n)) + tall / 2 + 4).toFixed(1));
        set(text, "class", weight > 0.66 ? "on-dark" : null);
        setText(text, String(Number(weight.toFixed(2))));
      });
      pool(columns, n, () => svg("text")).forEach((text, j) => {
        const [px, py] = [x(j + 0.5).toFixed(1), (top - 8).toFixed(1)];
        set(text, "x", px);
        set(text, "y", py);
        set(text, "transform", `rotate(${-SLANT} ${px} ${py})`);
        setText(text, sourceTokens[j]!);
      });
      pool(rows, m, () => svg("text", { "text-anchor": "end" })).forEach((text, i) => {
        set(text, "x", (left - 9).toFixed(1));
        set(text, "y", (y(i) + tall / 2 + 4).toFixed(1));
        setText(text, targetTokens[i]!);
      });
      const height = Math.ceil(y(m) + 6);
      set(element, "viewBox", `0 0 ${width} ${height}`);
      set(element, "height", height);
      set(
        element,
        "aria-label",
        `alignment of ${m} translated words with ${n} source words: ${heard.length} of ${n * m} weights above 0, ${segments.length} segments`,
      );
    },
  };
}
