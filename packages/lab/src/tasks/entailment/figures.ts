/** Figures of entailment: attention of hypothesis words to premise words, one matrix per mapping. */
import { markup, type Markup } from "../../base/markup.ts";
import { ENTAILMENT_LABELS } from "../../datasets/snli.ts";
import { matrixCaption, matrixGroup, matrixLegend, type MatrixFigure } from "../../figures/attention-matrix.ts";
import { formatProbability } from "../../figures/format.ts";
import type { ExampleRun } from "../task.ts";
import { argmax } from "../text-classification.ts";
import type { ShownPair } from "./data.ts";

/** Prediction of a pair of the report. */
export interface EntailmentExample extends ShownPair {
  readonly probabilities: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

function figureOf({ config }: ExampleRun, example: EntailmentExample): MatrixFigure {
  const { label, probabilities, premise, hypothesis, weights } = example;
  const answer = argmax(probabilities);
  const wrong = label !== null && answer !== label;
  return {
    caption: matrixCaption(
      config,
      markup`<span class="answer${wrong ? " wrong" : ""}">${ENTAILMENT_LABELS[answer]!} ${formatProbability(probabilities[answer]!)}${wrong ? markup` <span class="verdict">wrong</span>` : null}</span>`,
    ),
    matrix: {
      rows: hypothesis,
      columns: premise,
      weights,
      label: `Attention of the hypothesis to the premise with ${config.mapping}`,
    },
  };
}

/** The same pairs under every mapping. */
export function entailmentFigures(runs: readonly ExampleRun<EntailmentExample>[]): Markup | null {
  const [first] = runs;
  if (first === undefined || first.examples.length === 0) return null;
  return markup`<p class="note">
      Sentence pairs with each model's prediction. A row is a word of the hypothesis, a column a word of the premise that it attends to.
    </p>
    ${matrixLegend()}
    ${first.examples.map(({ label, premise, hypothesis }, index) =>
      matrixGroup({
        title: `Pair ${index + 1}`,
        ...(label === null ? {} : { truth: markup`labelled <b>${ENTAILMENT_LABELS[label]!}</b>` }),
        texts: [
          ["Premise", premise.join(" ")],
          ["Hypothesis", hypothesis.join(" ")],
        ],
        figures: runs.map((run) => figureOf(run, run.examples[index]!)),
      }),
    )}`;
}
