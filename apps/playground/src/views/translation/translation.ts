/** Translation: the raw attention scores of a trained translator, mapped live, as an alignment of target and source words. */
import { readChoice, readNumber } from "../../core/address.ts";
import { importLine, optionsLiteral } from "../../core/code.ts";
import { html, pool, set, setText } from "../../core/dom.ts";
import { entropyOf } from "../../core/evaluate.ts";
import { literal, short } from "../../core/format.ts";
import {
  defaultValues,
  entryOf,
  mappingNames,
  optionsOf,
  readValues,
  writeValues,
  type Values,
} from "../../core/mappings.ts";
import { loadJson } from "../../core/models.ts";
import { defineView } from "../../core/view.ts";
import { codePanel } from "../../parts/code-panel.ts";
import { formulaLine, mappingRadios, valueSliders } from "../../parts/options.ts";
import { alignmentGrid, segmentsOf } from "./alignment-grid.ts";

/** What models/translation.json holds. */
export interface Translations {
  /** Which language into which. */
  readonly source: string;
  readonly note: string;
  readonly examples: readonly TranslationExample[];
}

export interface TranslationExample {
  readonly sourceTokens: readonly string[];
  readonly targetTokens: readonly string[];
  /** The model's scores before any mapping, one row a target word. */
  readonly scores: readonly (readonly number[])[];
}

interface State {
  readonly mapping: string;
  readonly example: number;
  readonly values: Values;
}

const usual = "fusedmax";
/** A translator's scores are far apart: at this temperature the mappings differ to the eye. */
const usualValues: Values = { ...defaultValues, gamma: 12 };
const usualExample = 5;

function translationCode(
  mapping: string,
  options: Readonly<Record<string, unknown>>,
  { scores }: TranslationExample,
): string {
  const rows = scores.map((row) => `  ${row.map(literal).join(", ")},`);
  return [
    importLine([mapping]),
    "",
    "const scores = Float32Array.from([",
    ...rows,
    "]);",
    `const weights = ${mapping}(scores, ${optionsLiteral(options)});`,
  ].join("\n");
}

export const translation = defineView<State>({
  id: "translation",
  title: "Translation",
  summary:
    "Which source words each translated word hears. The scores are those of one trained translator, before any mapping; every mapping here is laid over the same scores. White is a weight of exactly 0, a frame one weight shared by neighbours.",

  read(query, complain) {
    return {
      mapping: readChoice(query, "m", mappingNames, usual, complain),
      example: readNumber(query, "s", { fallback: usualExample, least: 1, most: 1000, whole: true }, complain) - 1,
      values: readValues(query, complain, usualValues),
    };
  },

  write({ mapping, example, values }) {
    const query = new URLSearchParams();
    if (mapping !== usual) query.set("m", mapping);
    if (example !== usualExample - 1) query.set("s", String(example + 1));
    writeValues(query, values, usualValues);
    return query;
  },

  mount(host) {
    let data: Translations | null = null;
    let failure: string | null = null;
    const radios = mappingRadios((mapping) => host.change({ mapping }));
    const sliders = valueSliders((patch) => host.change({ values: { ...host.state.values, ...patch } }));
    const chooser = html("select", {
      "aria-label": "Sentence",
      change: () => host.change({ example: chooser.selectedIndex }),
    });
    const formula = formulaLine();
    const grid = alignmentGrid();
    const message = html("p", { class: "empty", hidden: true });
    const numbers = html("dl", { class: "numbers" });
    const note = html("p", { class: "fine" });
    const code = codePanel("translation", () => grid.element);
    host.root.append(
      html(
        "div",
        { class: "columns" },
        html("div", { class: "controls" }, radios.element, sliders.element),
        html(
          "div",
          { class: "stage text-stage" },
          html("label", { class: "field" }, html("span", {}, "Sentence"), chooser),
          formula.element,
          message,
          grid.element,
          numbers,
          note,
        ),
      ),
      code.element,
    );
    void loadJson("translation.json").then(
      (json) => {
        data = json as Translations;
        chooser.replaceChildren(...data.examples.map(({ sourceTokens }) => html("option", {}, sourceTokens.join(" "))));
        note.textContent = data.note;
        host.redraw();
      },
      (error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
        host.redraw();
      },
    );
    const showMessage = (text: string | null) => {
      message.hidden = text === null;
      set(grid.element, "class", text === null ? "picture" : "picture gone");
      numbers.hidden = text !== null;
      setText(message, text ?? "");
    };

    return ({ mapping, example: wanted, values }) => {
      radios.show(mapping);
      sliders.show([mapping], values);
      formula.show(mapping);
      if (failure !== null) return showMessage(failure);
      if (data === null) return showMessage("Loading the sentences");
      const index = Math.min(wanted, data.examples.length - 1);
      chooser.selectedIndex = index;
      const example = data.examples[index]!;
      const [rows, columns] = [example.targetTokens.length, example.sourceTokens.length];
      const options = { ...optionsOf(mapping, values, columns), shape: [rows, columns] };
      const scores = Float32Array.from(example.scores.flat());
      code.show(translationCode(mapping, options, example));
      const entry = entryOf(mapping).mapping;
      try {
        const weights = entry(scores, options);
        const groups = entry.groups?.(scores, options) ?? null;
        showMessage(null);
        grid.show({ ...example, weights, groups }, Math.max(grid.element.parentElement!.clientWidth, 260));
        const zeros = weights.filter((weight) => weight === 0).length;
        const means = Array.from({ length: rows }, (_, i) =>
          entropyOf(weights.subarray(i * columns, (i + 1) * columns)),
        );
        const facts = [
          ["exact zeros", `${zeros} of ${weights.length}`],
          ["segments", String(segmentsOf(groups, rows, columns).length)],
          ["mean entropy", short(means.reduce((sum, each) => sum + each, 0) / rows, 4)],
        ] as const;
        const made = pool(numbers, facts.length, () => html("div", {}, html("dt"), html("dd")));
        facts.forEach((fact, i) => fact.forEach((text, part) => setText(made[i]!.children[part]!, text)));
      } catch (error) {
        showMessage(error instanceof Error ? error.message : String(error));
      }
    };
  },
});
