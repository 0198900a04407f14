/** Scores to weights: a row of scores and what each chosen mapping makes of it, one under the other. */
import { parseNumbers, readChoices, readNumbers } from "../../core/address.ts";
import { importLine, optionsLiteral, scoresLine } from "../../core/code.ts";
import { html, pool, set, setText, svg } from "../../core/dom.ts";
import { evaluate, type Evaluation } from "../../core/evaluate.ts";
import { literal, short } from "../../core/format.ts";
import {
  defaultValues,
  mappingNames,
  optionsOf,
  optionText,
  readValues,
  writeValues,
  type Values,
} from "../../core/mappings.ts";
import { defineView } from "../../core/view.ts";
import { roomyTop } from "../../parts/bars.ts";
import { codePanel } from "../../parts/code-panel.ts";
import { editableBars } from "../../parts/editable-bars.ts";
import { numberField } from "../../parts/number-field.ts";
import { mappingChecks, presetButtons, valueSliders } from "../../parts/options.ts";
import { panelHeight, textures, weightPanel, type WeightPanel } from "../../parts/weight-panel.ts";
import { presets } from "./presets.ts";

interface State {
  readonly scores: readonly number[];
  readonly mappings: readonly string[];
  readonly values: Values;
}

const usual = presets[0]!;
const SCORES = { top: 26, height: 118 };
const PANEL = 78;
const GAP = 14;
const MARGIN = { left: 44, right: 10 };

export function weightsCode({ scores, mappings, values }: State): string {
  const lines = mappings.flatMap((name) => {
    const options = optionsLiteral(optionsOf(name, values, scores.length));
    return [
      "",
      `const ${name}Options = ${options};`,
      `const ${name}Weights = ${name}(scores, ${name}Options);`,
      `const ${name}Value = ${name}.max(scores, ${name}Options)[0];`,
      `const ${name}Gap = ${name}.gap(scores, ${name}Weights, ${name}Options)[0];`,
    ];
  });
  return [importLine(mappings), "", scoresLine("scores", scores), ...lines].join("\n");
}

export const weights = defineView<State>({
  id: "weights",
  title: "Scores to weights",
  summary:
    "Drag the scores, or type them. Each mapping turns the same row into weights that sum to 1. A ring is a weight of exactly 0; entries that the mapping gives one shared weight have one colour and texture.",

  read(query, complain) {
    return {
      scores: readNumbers(query, "x", usual.scores, complain),
      mappings: readChoices(query, "m", mappingNames, usual.mappings, complain),
      values: readValues(query, complain),
    };
  },

  write({ scores, mappings, values }) {
    const query = new URLSearchParams();
    if (scores.join() !== usual.scores.join()) query.set("x", scores.map(literal).join(","));
    if (mappings.join() !== usual.mappings.join()) query.set("m", mappings.join(","));
    writeValues(query, values);
    return query;
  },

  mount(host) {
    const field = numberField("Scores", (text) => host.change({ scores: parseNumbers(text, () => {}) }));
    const checks = mappingChecks((mappings) => host.change({ mappings }));
    const sliders = valueSliders((patch) => host.change({ values: { ...host.state.values, ...patch } }));
    const examples = presetButtons(presets, (index) => {
      const { scores, mappings, values } = presets[index]!;
      host.change({ scores, mappings, values: { ...defaultValues, ...values } });
    });
    const scores = editableBars("score", (next) => host.change({ scores: next }));
    const heading = svg("text", { class: "panel-name", y: 13 }, svg("tspan", { class: "strong" }, "scores"));
    const panels = svg("g");
    const picture = svg("svg", { class: "picture" }, textures(), heading, scores.element, panels);
    const empty = html("p", { class: "empty", hidden: true }, "No scores. Type some numbers, or pick an example.");
    const rows = html("tbody");
    const heads = ["mapping", "support", "max\u2009Ω(x)", "entropy", "certified gap"];
    const hints = [
      "",
      "weights above 0",
      "the largest value of <y, x> - gamma Omega(y)",
      "of the weights, in nats",
      "how far the weights can be from the optimum at most",
    ];
    const table = html(
      "table",
      { class: "figures" },
      html("caption", { class: "hidden" }, "Figures of each mapping"),
      html(
        "thead",
        {},
        html("tr", {}, ...heads.map((text, i) => html("th", { scope: "col", title: hints[i] || null }, text))),
      ),
      rows,
    );
    const code = codePanel("weights", () => picture);
    host.root.append(
      examples,
      html(
        "div",
        { class: "columns" },
        html("div", { class: "controls" }, checks.element, sliders.element, field.element),
        html(
          "div",
          { class: "stage" },
          empty,
          picture,
          html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Figures" }, table),
        ),
      ),
      code.element,
    );
    const drawn: WeightPanel[] = [];

    return (state) => {
      const exact = Float32Array.from(state.scores);
      const evaluations = state.mappings.map((name) => evaluate(name, exact, state.values));
      field.show(state.scores);
      checks.show(state.mappings);
      sliders.show(state.mappings, state.values);
      empty.hidden = state.scores.length > 0;
      set(picture, "class", state.scores.length > 0 ? "picture" : "picture gone");

      const width = Math.max(picture.parentElement!.clientWidth, 280);
      const inner = { left: MARGIN.left, width: width - MARGIN.left - MARGIN.right };
      set(heading, "x", MARGIN.left);
      scores.show(state.scores, { ...inner, ...SCORES });
      const highest = evaluations.reduce((most, each) => each.weights.reduce((m, w) => Math.max(m, w), most), 0.01);
      const most = roomyTop(highest);
      const bars = state.mappings.length > 5 ? 52 : PANEL;
      while (drawn.length < evaluations.length) {
        const panel = weightPanel();
        drawn.push(panel);
        panels.append(panel.element);
      }
      while (drawn.length > evaluations.length) drawn.pop()!.element.remove();
      let top = SCORES.top + SCORES.height + 24;
      evaluations.forEach((evaluation, i) => {
        drawn[i]!.show(evaluation, optionText(evaluation.name, state.values), { ...inner, top, height: bars, most });
        top += panelHeight(bars) + GAP;
      });
      set(picture, "viewBox", `0 0 ${width} ${top}`);
      set(picture, "height", top);
      showFigures(rows, evaluations);
      code.show(state.scores.length === 0 ? "// No scores yet." : weightsCode(state));
    };
  },
});

function showFigures(rows: HTMLElement, evaluations: readonly Evaluation[]): void {
  const made = pool(rows, evaluations.length, () =>
    html("tr", {}, html("th", { scope: "row" }), ...Array.from({ length: 4 }, () => html("td"))),
  );
  evaluations.forEach(({ name, weights, support, max, entropy, gap, error }, i) => {
    const row = made[i]!;
    set(row, "data-mapping", name);
    const cells =
      error === null
        ? [`${support} of ${weights.length}`, short(max, 5), short(entropy, 4), short(gap, 3)]
        : ["", "", "", ""];
    [name, ...cells].forEach((text, at) => setText(row.children[at]!, text));
  });
}
