/** One mapping's weights as bars, with exact zeros, shared groups and direct labels. */
import { pool, set, setText, svg } from "../core/dom.ts";
import { sharedGroups, type Evaluation } from "../core/evaluate.ts";
import { short } from "../core/format.ts";
import { columnCentre, LOOKS, weightShapes, type Columns } from "./bars.ts";

const HEAD = 28;
const FOOT = 18;
/** Columns narrower than this have no room for their number. */
const LABEL_WIDTH = 33;

export interface PanelPlace {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly height: number;
  /** The weight at the panel's upper edge. */
  readonly most: number;
}

export interface WeightPanel {
  readonly element: SVGGElement;
  show(evaluation: Evaluation, detail: string, place: PanelPlace): void;
}

export const panelHeight = (bars: number): number => HEAD + bars + FOOT;

export function weightPanel(): WeightPanel {
  const name = svg("text", { class: "panel-name" });
  const note = svg("text", { class: "panel-note", "text-anchor": "end" });
  const rule = svg("line", { class: "rule" });
  const tick = svg("text", { class: "tick", "text-anchor": "end" });
  const plain = svg("path", { class: "weight-plain" });
  const shared = Array.from({ length: LOOKS }, (_, look) => [
    svg("path", { class: `weight-shared look-${look}` }),
    svg("path", { class: "weight-texture", fill: `url(#texture-${look})` }),
  ]);
  const levels = svg("path", { class: "weight-levels" });
  const zeros = svg("path", { class: "weight-zeros" });
  const axis = svg("line", { class: "axis" });
  const labels = svg("g", { class: "bar-labels" });
  const element = svg(
    "g",
    { class: "panel", role: "img" },
    rule,
    tick,
    plain,
    ...shared.flat(),
    levels,
    zeros,
    axis,
    labels,
    name,
    note,
  );

  return {
    element,
    show({ name: mapping, weights, groups, support, error }, detail, { left, width, top, height, most }) {
      const n = weights.length;
      const columns: Columns = { left, width, count: Math.max(n, 1) };
      const base = top + HEAD + height;
      const joint = sharedGroups(groups, n);
      const shapes = weightShapes(weights, joint, columns, { base, height, top: most });
      set(plain, "d", n === 0 ? "" : shapes.plain);
      shared.forEach((pair, look) => pair.forEach((path) => set(path, "d", shapes.shared[look]!)));
      set(levels, "d", shapes.levels);
      set(zeros, "d", n === 0 ? "" : shapes.zeros);
      set(axis, "x1", left);
      set(axis, "x2", left + width);
      set(axis, "y1", base);
      set(axis, "y2", base);
      set(rule, "x1", left);
      set(rule, "x2", left + width);
      set(rule, "y1", base - height);
      set(rule, "y2", base - height);
      set(tick, "x", left - 8);
      set(tick, "y", base - height + 4);
      setText(tick, short(most));
      for (const text of [name, note]) set(text, "y", top + 13);
      set(name, "x", left);
      set(note, "x", left + width);
      if (name.childElementCount === 0)
        name.append(svg("tspan", { class: "strong" }), svg("tspan", { dx: 8, class: "detail" }));
      setText(name.children[0]!, mapping);
      setText(name.children[1]!, detail);
      const words = error ?? (n === 0 ? "no scores" : `${support} of ${n} kept`);
      setText(note, words);
      set(note, "class", error === null ? "panel-note" : "panel-note refused");
      set(element, "aria-label", `${mapping} ${detail}: ${error ?? summary(weights, joint)}`);
      pool(labels, width / columns.count >= LABEL_WIDTH ? n : 0, () =>
        svg("text", { "text-anchor": "middle" }),
      ).forEach((text, i) => {
        const weight = weights[i]!;
        set(text, "x", columnCentre(columns, i).toFixed(1));
        set(text, "y", (base - (weight / most) * height - 5).toFixed(1));
        // One label for the neighbours of one group, in their middle.
        const first = joint[i]! < 0 || joint[i - 1] !== joint[i];
        let end = i + 1;
        while (joint[i]! >= 0 && end < n && joint[end] === joint[i]) end++;
        if (first && end - i > 1) set(text, "x", columnCentre(columns, (i + end - 1) / 2).toFixed(1));
        setText(text, weight === 0 || !first ? "" : labelOf(weight));
      });
    },
  };
}

const labelOf = (weight: number): string => (weight < 0.0005 ? short(weight, 2) : String(Number(weight.toFixed(3))));

function summary(weights: Float32Array, joint: Int32Array): string {
  const n = weights.length;
  if (n === 0) return "no scores";
  if (n <= 24) return `weights ${Array.from(weights, (w) => short(w)).join(", ")}`;
  const groups = joint.reduce((most, group) => Math.max(most, group + 1), 0);
  return `${weights.filter((weight) => weight > 0).length} of ${n} weights above 0, ${groups} shared groups`;
}

/** Patterns that tell shared groups apart without colour; one set a drawing. */
export function textures(): SVGDefsElement {
  const pattern = (look: number, d: string, size = 6) =>
    svg(
      "pattern",
      { id: `texture-${look}`, width: size, height: size, patternUnits: "userSpaceOnUse" },
      svg("path", { d, class: "texture-line" }),
    );
  return svg(
    "defs",
    {},
    pattern(0, "M-1 1L1 -1M0 6L6 0M5 7L7 5"),
    pattern(1, "M3 0V6"),
    pattern(2, "M0 3H6"),
    pattern(3, "M-1 5L1 7M0 0L6 6M5 -1L7 1"),
  );
}
