/** Attention on a line: the density with its support, the basis functions under it, and the values that it averages. */
import { pool, set, setText, svg } from "../../core/dom.ts";
import { short } from "../../core/format.ts";
import { niceStep } from "../../parts/bars.ts";
import { dragSurface } from "../../parts/drag-surface.ts";
import { lineBasis, valueFunction, valuePositions, type LineAttention } from "./attend.ts";
import { lineValues } from "./scenes.ts";

const POINTS = 401;
const grid = Float64Array.from({ length: POINTS }, (_, i) => i / (POINTS - 1));
const HEIGHTS = { density: 170, basis: 96, values: 120 } as const;
const HEAD = 26;
const GAP = 30;
export const LINE_HEIGHT = HEIGHTS.density + HEIGHTS.basis + HEIGHTS.values + 3 * HEAD + 2 * GAP + 26;

export interface LinePicture {
  readonly element: SVGGElement;
  show(attention: LineAttention, left: number, width: number): void;
}

export function linePicture(
  move: (location: number) => void,
  step: (across: number, down: number) => void,
): LinePicture {
  const heading = (text: string) =>
    svg("text", { class: "panel-name" }, svg("tspan", { class: "strong" }, text), svg("tspan", { dx: 8 }));
  const heads = [heading("density p(t)"), heading("basis functions"), heading("values")];
  const area = svg("path", { class: "density-area" });
  const outline = svg("path", { class: "own-curve", fill: "none" });
  const support = svg("path", { class: "support-line" });
  const axes = svg("g");
  const basis = svg("g");
  const expectations = svg("g");
  const function1 = svg("path", { class: "value-curve", fill: "none" });
  const dots = svg("g");
  const context = svg("line", { class: "context-line" });
  const contextDot = svg("circle", { class: "image-dot", r: 6 });
  const centre = svg("line", { class: "guide" });
  const handle = svg("circle", { class: "handle", r: 7 });
  const ticks = svg("g");
  const surface = dragSurface("line", { drag: (x) => move(x), step });
  const element = svg(
    "g",
    {},
    axes,
    centre,
    area,
    outline,
    support,
    basis,
    expectations,
    function1,
    dots,
    context,
    contextDot,
    ticks,
    ...heads,
    handle,
    surface.element,
  );
  const values = valueFunction(grid);
  const psi = lineBasis.evaluate(grid);

  return {
    element,
    show({ density, expectation, context: mean }, left, width) {
      const x = (t: number) => left + t * width;
      const tops = [
        HEAD,
        HEAD + HEIGHTS.density + GAP + HEAD,
        2 * HEAD + HEIGHTS.density + HEIGHTS.basis + 2 * GAP + HEAD,
      ];
      heads.forEach((head, i) => {
        set(head, "x", left);
        set(head, "y", tops[i]! - 12);
      });
      const curve = (ys: ArrayLike<number>, y: (value: number) => number) =>
        `M${Array.from(ys, (value, i) => `${x(grid[i]!).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`;
      const base = tops[0]! + HEIGHTS.density;
      const p = density.density(grid);
      const peak = density.density(density.mean)[0]!;
      // The axis changes by whole steps, so that the curve's growth is seen as growth.
      const most = niceStep(peak * 1.05);
      const yDensity = (value: number) => base - (Math.min(value, most) / most) * HEIGHTS.density;
      const line = curve(p, yDensity);
      set(outline, "d", line);
      set(area, "d", `${line}L${x(1)} ${base}L${x(0)} ${base}Z`);
      const interval = density.support.kind === "interval" ? density.support : { from: -Infinity, to: Infinity };
      const finite = Number.isFinite(interval.from);
      const [from, to] = [Math.max(interval.from, 0), Math.min(interval.to, 1)];
      set(
        support,
        "d",
        finite
          ? `M${x(from)} ${base + 8}H${x(to)}M${x(from)} ${base + 4}V${base + 12}M${x(to)} ${base + 4}V${base + 12}`
          : "",
      );
      setText(
        heads[0]!.children[1]!,
        finite ? `0 outside ${short(interval.from)} to ${short(interval.to)}` : "positive everywhere",
      );
      const location = density.mean[0]!;
      set(handle, "cx", x(location));
      set(handle, "cy", yDensity(peak));
      for (const [name, value] of [
        ["x1", x(location)],
        ["x2", x(location)],
        ["y1", yDensity(peak)],
        ["y2", tops[2]! + HEIGHTS.values],
      ] as const)
        set(centre, name, value);

      const n = lineBasis.count;
      const basisBase = tops[1]! + HEIGHTS.basis;
      const tallest = 1 / (lineBasis.widths[0]! * Math.sqrt(2 * Math.PI));
      const yBasis = (value: number) => basisBase - (value / tallest) * HEIGHTS.basis;
      pool(basis, n, () => svg("path", { class: "basis-curve", fill: "none" })).forEach((path, j) =>
        set(
          path,
          "d",
          curve(
            Float64Array.from(grid, (_, i) => psi[i * n + j]!),
            yBasis,
          ),
        ),
      );
      pool(expectations, n, () => svg("g", {}, svg("line"), svg("circle", { r: 3.5 }), svg("title"))).forEach(
        (group, j) => {
          const [stem, dot, title] = [group.children[0]!, group.children[1]!, group.children[2]!];
          const at = x(lineBasis.centres[j]!);
          set(group, "class", "expectation");
          for (const [name, value] of [
            ["x1", at],
            ["x2", at],
            ["y1", basisBase],
            ["y2", yBasis(expectation[j]!)],
          ] as const)
            set(stem, name, value.toFixed(1));
          set(dot, "cx", at.toFixed(1));
          set(dot, "cy", yBasis(expectation[j]!).toFixed(1));
          setText(title, `expectation ${short(expectation[j]!, 4)}`);
        },
      );
      setText(heads[1]!.children[1]!, "dots: their expectations under p");

      const valueBase = tops[2]! + HEIGHTS.values;
      const high = 1.4;
      const yValue = (value: number) => valueBase - (value / high) * HEIGHTS.values;
      set(function1, "d", curve(values, yValue));
      pool(dots, lineValues.length, () => svg("circle", { class: "value-dot", r: 3 })).forEach((dot, l) => {
        set(dot, "cx", x(valuePositions[l]!).toFixed(1));
        set(dot, "cy", yValue(lineValues[l]!).toFixed(1));
      });
      for (const [name, value] of [
        ["x1", x(0)],
        ["x2", x(1)],
        ["y1", yValue(mean)],
        ["y2", yValue(mean)],
      ] as const)
        set(context, name, value.toFixed(1));
      set(contextDot, "cx", x(location));
      set(contextDot, "cy", yValue(mean).toFixed(1));
      setText(heads[2]!.children[1]!, `mean under p: ${short(mean, 4)}`);

      pool(axes, 3, () => svg("line", { class: "axis" })).forEach((axis, i) => {
        const y = [base, basisBase, valueBase][i]!;
        for (const [name, value] of [
          ["x1", x(0)],
          ["x2", x(1)],
          ["y1", y],
          ["y2", y],
        ] as const)
          set(axis, name, value);
      });
      const labels = [
        ...[0, 0.25, 0.5, 0.75, 1].map((t) => ({ x: x(t), y: valueBase + 18, text: short(t), anchor: "middle" })),
        { x: left - 8, y: tops[0]! + 4, text: short(most), anchor: "end" },
        { x: left - 8, y: base + 4, text: "0", anchor: "end" },
        { x: left - 8, y: yValue(1) + 4, text: "1", anchor: "end" },
        { x: left - 8, y: valueBase + 4, text: "0", anchor: "end" },
      ];
      pool(ticks, labels.length, () => svg("text")).forEach((text, i) => {
        set(text, "x", labels[i]!.x.toFixed(1));
        set(text, "y", labels[i]!.y.toFixed(1));
        set(text, "text-anchor", labels[i]!.anchor);
        setText(text, labels[i]!.text);
      });
      surface.show(
        { left, top: tops[0]!, width, height: HEIGHTS.density },
        `density on a line at ${short(location)}; left and right arrows move it, up and down change its scale`,
      );
    },
  };
}
