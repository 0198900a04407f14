/** Gradients: the Jacobian of a mapping as a heat map, and what a cotangent of the weights becomes at the scores. */
import { parseNumbers, readChoice, readNumbers } from "../../core/address.ts";
import { importLine, optionsLiteral, scoresLine } from "../../core/code.ts";
import { html, set, setText, svg } from "../../core/dom.ts";
import { evaluate, sharedGroups } from "../../core/evaluate.ts";
import { literal, short } from "../../core/format.ts";
import {
  entryOf,
  mappingNames,
  optionsOf,
  optionText,
  readValues,
  writeValues,
  type Values,
} from "../../core/mappings.ts";
import { defineView } from "../../core/view.ts";
import { niceDomain, roomyTop, signedBars } from "../../parts/bars.ts";
import { codePanel } from "../../parts/code-panel.ts";
import { editableBars } from "../../parts/editable-bars.ts";
import { numberField } from "../../parts/number-field.ts";
import { formulaLine, mappingRadios, valueSliders } from "../../parts/options.ts";
import { panelHeight, textures, weightPanel } from "../../parts/weight-panel.ts";
import { derivativesOf } from "./jacobian.ts";
import { heatMap } from "./heat-map.ts";

interface State {
  readonly mapping: string;
  readonly scores: readonly number[];
  /** As typed; shorter ones are read as though zeros followed. */
  readonly cotangent: readonly number[];
  readonly values: Values;
}

const usualScores: readonly number[] = [0.1, 0.9, 1.05, 0.95, 0.2, -0.6, 1.3, 0.3];
const usualCotangent: readonly number[] = [0, 0, 1, 0, 0, 0, 0, 0];
/** A heat map of more rows shows no more. */
const MOST = 64;
/** Beside the bars there is room for the map from this width on. */
const WIDE = 680;

const fitted = (cotangent: readonly number[], n: number) => Array.from({ length: n }, (_, i) => cotangent[i] ?? 0);

function gradientsCode({ mapping, scores, cotangent, values }: State): string {
  const n = scores.length;
  const options = optionsLiteral(optionsOf(mapping, values, n));
  return [
    importLine([mapping]),
    "",
    scoresLine("scores", scores),
    `const { weights, pullback } = ${mapping}.vjp(scores, ${options});`,
    "",
    "// Gradients of <cotangent, weights> in the scores, gamma and the own parameter.",
    scoresLine("cotangent", fitted(cotangent, n)),
    "const gradients = pullback(cotangent);",
    "",
    "// Row i of the Jacobian is the pullback of the i-th unit cotangent.",
    `const jacobian = Array.from(scores, (_, i) => pullback(scores.map((_, j) => (i === j ? 1 : 0))).scores);`,
  ].join("\n");
}

export const gradients = defineView<State>({
  id: "gradients",
  title: "Gradients",
  summary:
    "How the weights answer to the scores. Row i of the map holds the derivatives of weight i; white is an exact 0, and a frame holds entries that share one weight. Drag the cotangent, or press a row of the map, to see what flows back to the scores.",

  read(query, complain) {
    const scores = readNumbers(query, "x", usualScores, complain);
    if (scores.length > MOST) complain(`only the first ${MOST} scores were taken`);
    return {
      mapping: readChoice(query, "m", mappingNames, "fusedmax", complain),
      scores: scores.slice(0, MOST),
      cotangent: readNumbers(query, "dy", usualCotangent, complain).slice(0, MOST),
      values: readValues(query, complain),
    };
  },

  write({ mapping, scores, cotangent, values }) {
    const query = new URLSearchParams();
    if (mapping !== "fusedmax") query.set("m", mapping);
    if (scores.join() !== usualScores.join()) query.set("x", scores.map(literal).join(","));
    if (cotangent.join() !== usualCotangent.join()) query.set("dy", cotangent.map(literal).join(","));
    writeValues(query, values);
    return query;
  },

  mount(host) {
    const radios = mappingRadios((mapping) => host.change({ mapping }));
    const sliders = valueSliders((patch) => host.change({ values: { ...host.state.values, ...patch } }));
    const typed = (text: string) => parseNumbers(text, () => {}, MOST);
    const field = numberField("Scores", (text) => host.change({ scores: typed(text) }));
    const pulledField = numberField("Cotangent of the weights", (text) => host.change({ cotangent: typed(text) }));
    const formula = formulaLine();
    const map = heatMap((row) =>
      host.change({ cotangent: fitted([], host.state.scores.length).map((_, i) => (i === row ? 1 : 0)) }),
    );
    const scoreBars = editableBars("score", (scores) => host.change({ scores }));
    const cotangentBars = editableBars("cotangent", (cotangent) => host.change({ cotangent }));
    const panel = weightPanel();
    const heading = (text: string) => svg("text", { class: "panel-name" }, svg("tspan", { class: "strong" }, text));
    const heads = [
      heading("Jacobian"),
      heading("scores"),
      heading("cotangent of the weights"),
      heading("pullback to the scores"),
    ];
    const pulledBars = svg("path", { class: "pulled-bars" });
    const pulledAxis = svg("line", { class: "axis" });
    const pulledZero = svg("text", { "text-anchor": "end" }, "0");
    const picture = svg(
      "svg",
      { class: "picture" },
      textures(),
      ...heads,
      map.element,
      scoreBars.element,
      panel.element,
      cotangentBars.element,
      pulledAxis,
      pulledBars,
      pulledZero,
    );
    const message = html("p", { class: "empty", hidden: true });
    const numbers = html("dl", { class: "numbers" });
    const code = codePanel("gradients", () => picture);
    host.root.append(
      html(
        "div",
        { class: "columns" },
        html("div", { class: "controls" }, radios.element, sliders.element, field.element, pulledField.element),
        html("div", { class: "stage" }, formula.element, message, picture, numbers),
      ),
      code.element,
    );
    const showMessage = (text: string | null) => {
      message.hidden = text === null;
      numbers.hidden = text !== null;
      set(picture, "class", text === null ? "picture" : "picture gone");
      setText(message, text ?? "");
    };

    return (state) => {
      const { mapping, scores, values } = state;
      const n = scores.length;
      const cotangent = fitted(state.cotangent, n);
      radios.show(mapping);
      sliders.show([mapping], values);
      field.show(scores);
      pulledField.show(state.cotangent);
      formula.show(mapping);
      code.show(n === 0 ? "// No scores yet." : gradientsCode(state));
      if (n === 0) return showMessage("No scores. Type some numbers.");
      const exact = Float32Array.from(scores);
      const evaluation = evaluate(mapping, exact, values);
      if (evaluation.error !== null) return showMessage(evaluation.error);
      showMessage(null);
      const found = derivativesOf(mapping, exact, Float32Array.from(cotangent), values);

      const width = Math.max(picture.parentElement!.clientWidth, 280);
      const wide = width >= WIDE;
      const size = wide ? Math.min(430, width * 0.5) : width - 34;
      const left = wide ? 26 : 28;
      map.show(found.jacobian, n, sharedGroups(found.groups, n), { left, top: 44, size });
      const column = wide
        ? { left: left + size + 64, width: width - left - size - 72 }
        : { left: 40, width: width - 50 };
      let top = wide ? 0 : size + 78;
      const place = (head: SVGTextElement, x: number, y: number) => {
        set(head, "x", x);
        set(head, "y", y);
      };
      place(heads[0]!, left, 13);
      place(heads[1]!, column.left, top + 13);
      scoreBars.show(scores, { ...column, top: top + 28, height: 82 });
      top += 134;
      const most = roomyTop(evaluation.weights.reduce((a, b) => Math.max(a, b), 0.01));
      panel.show({ ...evaluation, name: "weights" }, optionText(mapping, values), { ...column, top, height: 66, most });
      top += panelHeight(66) + 18;
      place(heads[2]!, column.left, top + 13);
      cotangentBars.show(cotangent, { ...column, top: top + 28, height: 82 });
      top += 138;
      place(heads[3]!, column.left, top + 13);
      const domain = niceDomain(found.pulled, [-0.01, 0.01]);
      const yOf = (value: number) => top + 28 + 82 * (1 - (value - domain[0]) / (domain[1] - domain[0]));
      set(pulledBars, "d", signedBars(found.pulled, { ...column, count: n }, yOf));
      for (const [name, value] of [
        ["x1", column.left],
        ["x2", column.left + column.width],
        ["y1", yOf(0)],
        ["y2", yOf(0)],
      ] as const)
        set(pulledAxis, name, value);
      place(pulledZero, column.left - 8, yOf(0) + 4);
      top += 122;
      const height = Math.max(top, size + 56);
      set(picture, "viewBox", `0 0 ${width} ${height}`);
      set(picture, "height", height);

      let trace = 0;
      for (let i = 0; i < n; i++) trace += found.jacobian[i * n + i]!;
      const facts: [string, string][] = [
        ["pullback to the scores", Array.from(found.pulled, (value) => short(value)).join(", ")],
        ["to gamma", short(found.gamma, 4)],
        ...(found.own === null ? [] : [[`to ${found.own.name}`, short(found.own.gradient, 4)] as [string, string]]),
        ["trace of the Jacobian", short(trace, 4)],
      ];
      numbers.replaceChildren(
        ...facts.map(([name, text]) => html("div", {}, html("dt", {}, name), html("dd", {}, text))),
      );
      set(numbers, "data-mapping", entryOf(mapping).name);
    };
  },
});
