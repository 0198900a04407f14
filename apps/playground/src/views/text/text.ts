/** On real text: a spam model trained once per mapping reads what is typed, and shows which words it heard. */
import { readChoice, type Complain } from "../../core/address.ts";
import { importLine, optionsLiteral, scoresLine } from "../../core/code.ts";
import { html, set, setText } from "../../core/dom.ts";
import { evaluate } from "../../core/evaluate.ts";
import { short } from "../../core/format.ts";
import { defaultValues, mappingNames, optionsOf, readValues, writeValues, type Values } from "../../core/mappings.ts";
import { loadBytes, loadJson } from "../../core/models.ts";
import { defineView } from "../../core/view.ts";
import { codePanel } from "../../parts/code-panel.ts";
import { formulaLine, mappingRadios, presetButtons, valueSliders } from "../../parts/options.ts";
import { judge, parseSpamModel, readText, readWords, type SpamManifest, type SpamModel } from "./spam-model.ts";
import { samples } from "./samples.ts";
import { wordPicture } from "./word-picture.ts";

interface State {
  readonly mapping: string;
  readonly text: string;
  /** Null: those that the model was trained with. */
  readonly values: Values | null;
}

const MOST_CHARACTERS = 4000;
const usual = "fusedmax";

function readText1(query: URLSearchParams, complain: Complain): string {
  const text = query.get("text");
  if (text === null) return samples[0]!.text;
  if (text.length > MOST_CHARACTERS) complain(`only the first ${MOST_CHARACTERS} characters of the text were taken`);
  return text.slice(0, MOST_CHARACTERS);
}

export const text = defineView<State>({
  id: "text",
  title: "Real text",
  summary:
    "A small model that learnt from public e-mail to tell spam from wanted mail reads your text, here in the page: nothing is sent anywhere. It was trained once with each mapping. Words without a mark have a weight of exactly 0; one frame is one shared weight.",

  read(query, complain) {
    const given = ["gamma", "lambda", "alpha", "p", "budget", "k"].some((name) => query.has(name));
    return {
      mapping: readChoice(query, "m", mappingNames, usual, complain),
      text: readText1(query, complain),
      values: given ? readValues(query, complain) : null,
    };
  },

  write({ mapping, text, values }) {
    const query = new URLSearchParams();
    if (mapping !== usual) query.set("m", mapping);
    if (text !== samples[0]!.text) query.set("text", text);
    if (values !== null) {
      writeValues(query, values);
      // All at their usual values is a choice, too.
      query.set("gamma", String(values["gamma"]));
    }
    return query;
  },

  mount(host) {
    let manifest: SpamManifest | null = null;
    let failure: string | null = null;
    const models = new Map<string, SpamModel | "loading">();
    const trained = (mapping: string): Values => ({ ...defaultValues, ...manifest?.models[mapping]?.options });
    const fail = (error: unknown) => {
      failure = error instanceof Error ? error.message : String(error);
      host.redraw();
    };
    const controls = html("div", { class: "controls" });
    const sliders = valueSliders((patch) => {
      const { values, mapping } = host.state;
      host.change({ values: { ...(values ?? trained(mapping)), ...patch } });
    });
    const back = html("button", { type: "button", click: () => host.change({ values: null }) }, "As trained");
    let radios = mappingRadios(() => {}, []);
    const area = html("textarea", {
      rows: 5,
      maxlength: MOST_CHARACTERS,
      class: "prose",
      "aria-label": "Text of an e-mail",
      "data-field": "text",
      input: () => host.change({ text: area.value }),
    });
    const examples = presetButtons(samples, (index) => {
      area.value = samples[index]!.text;
      host.change({ text: samples[index]!.text });
    });
    const formula = formulaLine();
    const picture = wordPicture();
    const answer = html("p", { class: "verdict" });
    const meter = html("div", { class: "meter" }, html("span"));
    const numbers = html("dl", { class: "numbers" });
    const message = html("p", { class: "empty", hidden: true });
    const code = codePanel("text", () => picture.element);
    host.root.append(
      examples,
      html(
        "div",
        { class: "columns" },
        controls,
        html(
          "div",
          { class: "stage text-stage" },
          area,
          formula.element,
          message,
          answer,
          meter,
          picture.element,
          numbers,
        ),
      ),
      code.element,
    );

    void loadJson("spam.json").then((json) => {
      manifest = json as SpamManifest;
      const available = mappingNames.filter((name) => manifest!.models[name] !== undefined);
      radios = mappingRadios((mapping) => host.change({ mapping, values: null }), available);
      controls.append(radios.element, sliders.element, html("p", {}, back));
      host.redraw();
    }, fail);

    function modelOf(mapping: string): SpamModel | null {
      const found = models.get(mapping);
      if (found !== undefined) return found === "loading" ? null : found;
      models.set(mapping, "loading");
      void loadBytes(manifest!.models[mapping]!.file).then((bytes) => {
        models.set(mapping, parseSpamModel(bytes, manifest!));
        host.redraw();
      }, fail);
      return null;
    }

    const showMessage = (words: string | null) => {
      message.hidden = words === null;
      for (const part of [answer, meter, numbers]) part.hidden = words !== null;
      set(picture.element, "class", words === null ? "picture" : "picture gone");
      setText(message, words ?? "");
    };

    return (state) => {
      if (document.activeElement !== area) area.value = state.text;
      if (failure !== null) return showMessage(failure);
      if (manifest === null) return showMessage("Loading the model");
      const mapping = manifest.models[state.mapping] === undefined ? Object.keys(manifest.models)[0]! : state.mapping;
      const values = state.values ?? trained(mapping);
      radios.show(mapping);
      sliders.show([mapping], values);
      back.disabled = state.values === null;
      formula.show(mapping);
      const model = modelOf(mapping);
      if (model === null) return showMessage("Loading the model");
      const { words, ids } = readText(state.text, manifest);
      if (words.length === 0) {
        code.show("// No words yet.");
        return showMessage("No words. Type something, or pick an example.");
      }
      const reading = readWords(model, ids);
      const evaluation = evaluate(mapping, reading.scores, values);
      if (evaluation.error !== null) return showMessage(evaluation.error);
      showMessage(null);
      const probabilities = judge(model, reading, evaluation.weights);
      const width = Math.max(picture.element.parentElement!.clientWidth, 240);
      picture.show(words, evaluation.weights, evaluation.groups, width);
      const best = probabilities.indexOf(Math.max(...probabilities));
      const percent = (probability: number) => `${(100 * probability).toFixed(1)} %`;
      const label = manifest.labels[best]!;
      answer.replaceChildren(
        html("b", {}, label === "ham" ? "wanted mail" : label),
        ` with probability ${percent(probabilities[best]!)}`,
      );
      (meter.firstElementChild as HTMLElement).style.width = percent(probabilities[1] ?? 0).replace(" ", "");
      const { accuracy, seed } = manifest.models[mapping]!;
      const facts: [string, string][] = [
        ["words heard", `${evaluation.support} of ${words.length}`],
        ["entropy", short(evaluation.entropy, 4)],
        ["not in the vocabulary", String(ids.reduce((count, id) => (id === 1 ? count + 1 : count), 0))],
        ["the model", `${percent(accuracy)} right on ${manifest.texts} test e-mails (seed ${seed})`],
      ];
      numbers.replaceChildren(
        ...facts.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))),
      );
      code.show(
        [
          importLine([mapping]),
          "",
          "// The model's score of each word.",
          scoresLine("scores", reading.scores),
          `const options = ${optionsLiteral(optionsOf(mapping, values, words.length))};`,
          `const weights = ${mapping}(scores, options);`,
          ...(evaluation.groups === null ? [] : [`const groups = ${mapping}.groups(scores, options);`]),
        ].join("\n"),
      );
    };
  },
});
