/** A small plot of curves over t, with the quiet references named at their ends. */
import { pool, set, setText, svg } from "../../core/dom.ts";
import { literal, short } from "../../core/format.ts";
import { T_RANGE } from "./curves.ts";

export interface Line {
  readonly className: string;
  readonly t: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface CurvePlot {
  readonly element: SVGGElement;
  show(lines: readonly Line[], mark: { t: number; y: number }, place: CurvePlace): void;
}

export interface CurvePlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

const HEAD = 24;

export function curvePlot(title: string): CurvePlot {
  const name = svg("text", { class: "panel-name" }, svg("tspan", { class: "strong" }, title));
  const value = svg("text", { class: "mark-value", "text-anchor": "end" });
  const grid = svg("g");
  const paths = svg("g");
  const guide = svg("line", { class: "guide" });
  const dot = svg("circle", { class: "image-dot", r: 5 });
  const element = svg("g", {}, grid, guide, paths, dot, name, value);
  return {
    element,
    show(lines, mark, { left, top, width, height, low, high, ticks }) {
      const x = (t: number) => left + ((t + T_RANGE) / (2 * T_RANGE)) * width;
      const y = (at: number) => top + HEAD + (1 - (Math.min(Math.max(at, low), high) - low) / (high - low)) * height;
      set(name, "x", left);
      set(name, "y", top + 10);
      set(value, "x", left + width);
      set(value, "y", top + 10);
      setText(value, `${short(mark.y, 4)} at t = ${literal(mark.t).replace("-", "−")}`);
      const bottom = top + HEAD + height;
      const marks = [
        ...ticks.map((tick) => ({
          x0: left,
          x1: left + width,
          y0: y(tick),
          y1: y(tick),
          text: short(tick),
          tx: left - 8,
          ty: y(tick) + 4,
          anchor: "end",
        })),
        ...[-4, -2, 0, 2, 4].map((t) => ({
          x0: x(t),
          x1: x(t),
          y0: bottom,
          y1: bottom + 4,
          text: short(t),
          tx: x(t),
          ty: bottom + 18,
          anchor: "middle",
        })),
      ];
      pool(grid, marks.length, () => svg("g", {}, svg("line"), svg("text"))).forEach((group, i) => {
        const [line, text] = [group.children[0]!, group.children[1]!];
        const at = marks[i]!;
        set(line, "class", at.text === "0" && at.anchor === "end" ? "axis" : "rule");
        for (const [key, number] of [
          ["x1", at.x0],
          ["x2", at.x1],
          ["y1", at.y0],
          ["y2", at.y1],
        ] as const)
          set(line, key, number.toFixed(1));
        set(text, "x", at.tx.toFixed(1));
        set(text, "y", at.ty.toFixed(1));
        set(text, "text-anchor", at.anchor);
        setText(text, at.text);
      });
      pool(paths, lines.length, () => svg("path", { fill: "none" })).forEach((path, i) => {
        const line = lines[i]!;
        const points = Array.from(line.t, (t, p) => `${x(t).toFixed(1)} ${y(line.y[p]!).toFixed(1)}`);
        set(path, "class", line.className);
        set(path, "d", `M${points.join("L")}`);
      });
      for (const [key, number] of [
        ["x1", x(mark.t)],
        ["x2", x(mark.t)],
        ["y1", top + HEAD],
        ["y2", bottom],
      ] as const)
        set(guide, key, number);
      set(dot, "cx", x(mark.t));
      set(dot, "cy", y(mark.y));
    },
  };
}

export const curveHeight = (height: number): number => HEAD + height + 24;
