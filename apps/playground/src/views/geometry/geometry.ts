/** The geometry: the plane of three scores with the simplex in it, and the curves of two scores. */
import { parseNumbers, readChoice, readNumber, readNumbers } from "../../core/address.ts";
import { importLine, optionsLiteral, scoresLine } from "../../core/code.ts";
import { html, set, setText, svg } from "../../core/dom.ts";
import { evaluate } from "../../core/evaluate.ts";
import { literal, short } from "../../core/format.ts";
import { mappingNames, optionsOf, readValues, writeValues, type Values } from "../../core/mappings.ts";
import { defineView } from "../../core/view.ts";
import { codePanel } from "../../parts/code-panel.ts";
import { numberField } from "../../parts/number-field.ts";
import { formulaLine, mappingRadios, valueSliders } from "../../parts/options.ts";
import { slider } from "../../parts/slider.ts";
import { curvePlot, curveHeight } from "./curve-plot.ts";
import { curvesOf, T_RANGE } from "./curves.ts";
import { fromPlane } from "./plane.ts";
import { heightOf, planePicture } from "./plane-picture.ts";

interface State {
  readonly mapping: string;
  readonly scores: readonly number[];
  readonly t: number;
  readonly values: Values;
}

const usual: readonly number[] = [0.75, 0.55, -0.3];
const threeOf = (numbers: readonly number[], fallback: readonly number[]) =>
  numbers.length >= 3 ? numbers.slice(0, 3) : fallback;

/** Beside the plane there is room for the curves from this width on. */
const WIDE = 600;

function geometryCode({ mapping, scores, t, values }: State): string {
  return [
    importLine([mapping]),
    "",
    scoresLine("x", scores),
    `const weights = ${mapping}(x, ${optionsLiteral(optionsOf(mapping, values, 3))});`,
    `const value = ${mapping}.max(x, ${optionsLiteral(optionsOf(mapping, values, 3))})[0];`,
    "",
    `const two = Float32Array.of(${literal(t)}, 0);`,
    `const curveWeight = ${mapping}(two, ${optionsLiteral(optionsOf(mapping, values, 2))})[0];`,
    `const curveValue = ${mapping}.max(two, ${optionsLiteral(optionsOf(mapping, values, 2))})[0];`,
  ].join("\n");
}

export const geometry = defineView<State>({
  id: "geometry",
  title: "Geometry",
  summary:
    "Three scores up to a common shift are a point of this plane; their weights are a point of the triangle. In each tinted region the mapping keeps the entries that it names; = joins entries that share one weight. The thin lines are levels of the smoothed maximum.",

  read(query, complain) {
    const given = readNumbers(query, "x", usual, complain);
    if (given.length !== 3) complain(`x has ${given.length} numbers, where 3 are needed`);
    const t = { fallback: 0.5, least: -T_RANGE, most: T_RANGE };
    return {
      mapping: readChoice(query, "m", mappingNames, "fusedmax", complain),
      scores: threeOf(given, usual),
      t: readNumber(query, "t", t, complain),
      values: readValues(query, complain),
    };
  },

  write({ mapping, scores, t, values }) {
    const query = new URLSearchParams();
    if (mapping !== "fusedmax") query.set("m", mapping);
    if (scores.join() !== usual.join()) query.set("x", scores.map(literal).join(","));
    if (t !== 0.5) query.set("t", String(t));
    writeValues(query, values);
    return query;
  },

  mount(host) {
    const radios = mappingRadios((mapping) => host.change({ mapping }));
    const sliders = valueSliders((patch) => host.change({ values: { ...host.state.values, ...patch } }));
    const field = numberField("Three scores", (text) =>
      host.change({
        scores: threeOf(
          parseNumbers(text, () => {}, 3),
          host.state.scores,
        ),
      }),
    );
    const range = { least: -T_RANGE, most: T_RANGE, scale: "linear", step: 0.02 } as const;
    const tSlider = slider({ name: "t", hint: "of the curves over [t, 0]", ...range }, (t) => host.change({ t }));
    const formula = formulaLine();
    const plane = planePicture((point) => {
      const { scores } = host.state;
      const shift = (scores[0]! + scores[1]! + scores[2]!) / 3;
      host.change({ scores: fromPlane(point, shift).map((score) => Number(score.toFixed(3))) });
    });
    const maxPlot = curvePlot("max\u2009Ω of [t, 0]");
    const weightPlot = curvePlot("first weight of [t, 0]");
    const texture = svg(
      "defs",
      {},
      svg(
        "pattern",
        { id: "fused-texture", width: 7, height: 7, patternUnits: "userSpaceOnUse" },
        svg("path", { d: "M-1 1L1 -1M0 7L7 0M6 8L8 6", class: "fused-line" }),
      ),
    );
    const curves = svg("g", {}, maxPlot.element, weightPlot.element);
    const key = svg("text", { class: "panel-note" }, "grey: softmax, sparsemax; dashed: max");
    curves.append(key);
    const picture = svg("svg", { class: "picture" }, texture, plane.element, curves);
    const refused = html("p", { class: "empty", hidden: true });
    const cells = Array.from({ length: 2 }, () => Array.from({ length: 3 }, () => html("td")));
    const value = html("td");
    const table = html(
      "table",
      { class: "figures" },
      html("caption", { class: "hidden" }, "The point and its image"),
      html(
        "thead",
        {},
        html(
          "tr",
          {},
          ...["", "1", "2", "3", "max\u2009Ω(x)"].map((text) => html(text === "" ? "td" : "th", {}, text)),
        ),
      ),
      html(
        "tbody",
        {},
        html("tr", {}, html("th", { scope: "row" }, "scores x"), ...cells[0]!, html("td")),
        html("tr", {}, html("th", { scope: "row" }, "weights y"), ...cells[1]!, value),
      ),
    );
    const code = codePanel("geometry", () => picture);
    host.root.append(
      html(
        "div",
        { class: "columns" },
        html("div", { class: "controls" }, radios.element, sliders.element, tSlider.element, field.element),
        html(
          "div",
          { class: "stage" },
          formula.element,
          refused,
          picture,
          html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Figures" }, table),
        ),
      ),
      code.element,
    );

    return (state) => {
      const { mapping, scores, t, values } = state;
      radios.show(mapping);
      sliders.show([mapping], values);
      tSlider.show(t);
      field.show(scores);
      formula.show(mapping);
      const image = evaluate(mapping, Float32Array.from(scores), values);
      refused.hidden = image.error === null;
      set(picture, "class", image.error === null ? "picture" : "picture gone");
      if (image.error !== null) return setText(refused, image.error);

      const width = Math.max(picture.parentElement!.clientWidth, 280);
      const wide = width >= WIDE;
      const size = wide ? Math.min(540, width - 290) : width;
      plane.show(mapping, values, scores, image.weights, size);
      const planeHeight = heightOf(size);
      const place = {
        left: wide ? size + 60 : 34,
        width: wide ? width - size - 64 : width - 44,
        height: wide ? (planeHeight - 2 * curveHeight(0) - 58) / 2 : 120,
      };
      const own = curvesOf(mapping, values);
      const mark = curvesOf(mapping, values, [t]);
      const references = ["softmax", "sparsemax"]
        .filter((name) => name !== mapping)
        .map((name) => curvesOf(name, values));
      const top = wide ? 4 : planeHeight + 30;
      const ghosts = (pick: "max" | "weight") =>
        references.map((curve) => ({ className: "ghost", t: curve.t, y: curve[pick] }));
      const plain = { className: "plain-max", t: own.t, y: own.t.map((at) => Math.max(at, 0)) };
      const highest = Math.max(
        4,
        own.max.reduce((a, b) => Math.max(a, b)),
      );
      const lowest = Math.min(
        0,
        own.max.reduce((a, b) => Math.min(a, b)),
      );
      maxPlot.show(
        [...ghosts("max"), plain, { className: "own-curve", t: own.t, y: own.max }],
        { t, y: mark.max[0]! },
        { ...place, top, low: lowest, high: highest, ticks: highest > 8 ? [0, highest] : [0, 2, 4] },
      );
      const next = top + curveHeight(place.height) + 26;
      weightPlot.show(
        [...ghosts("weight"), { className: "own-curve", t: own.t, y: own.weight }],
        { t, y: mark.weight[0]! },
        { ...place, top: next, low: 0, high: 1, ticks: [0, 0.5, 1] },
      );
      const bottom = next + curveHeight(place.height) + 10;
      set(key, "x", place.left);
      set(key, "y", bottom);
      const height = Math.ceil(Math.max(planeHeight, bottom + 8));
      set(picture, "viewBox", `0 0 ${width} ${height}`);
      set(picture, "height", height);
      scores.forEach((score, i) => setText(cells[0]![i]!, short(score, 4)));
      image.weights.forEach((weight, i) => setText(cells[1]![i]!, short(weight, 4)));
      setText(value, short(image.max, 5));
      code.show(geometryCode(state));
    };
  },
});
