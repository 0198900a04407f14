/** The pictures of the entailment study: hypothesis by premise, one matrix a mapping. */
import { ENTAILMENT_LABELS } from "../../datasets/snli.ts";
import { MATRIX_STYLE, matrixGroup, matrixLegend, type MatrixFigure } from "../../report/attention-matrix.ts";
import { formatProbability } from "../../report/heat-map.ts";
import { markup, type Markup } from "../../base/markup.ts";
import { describeOptions } from "../../report/group-runs.ts";
import type { RunResult } from "../task.ts";
import type { EntailmentExample } from "./train.ts";

export const FIGURES_STYLE = MATRIX_STYLE;

function figureOf({ config }: RunResult, reading: EntailmentExample): MatrixFigure {
  const { label, probabilities, premise, hypothesis, weights } = reading;
  const answer = probabilities.indexOf(Math.max(...probabilities));
  const options = describeOptions(config.mappingOptions);
  const right = answer === label;
  return {
    caption: markup`<span class="mapping">${config.mapping}</span>${options === "" ? null : markup` <span class="options">${options}</span>`}
      <span class="answer${right ? "" : " wrong"}">${ENTAILMENT_LABELS[answer]!} ${formatProbability(probabilities[answer]!)}${right ? null : markup` <span class="verdict">wrong</span>`}</span>`,
    matrix: {
      rows: hypothesis,
      columns: premise,
      weights,
      label: `What each word of the hypothesis attends to in the premise, with ${config.mapping}`,
    },
  };
}

/** The same pairs of the test set under every mapping. */
export function entailmentFigures(results: readonly RunResult[]): Markup | null {
  const readings = results.map(({ examples }) => examples as readonly EntailmentExample[]);
  const [first] = readings;
  if (first === undefined || first.length === 0) return null;
  return markup`<p class="note">
      Pairs of the test set, each with what every model answers. A row is a word of the hypothesis, a column a word of the premise that it attends to.
    </p>
    ${matrixLegend()}
    ${first.map(({ label, premise, hypothesis }, index) =>
      matrixGroup({
        title: `Pair ${index + 1}`,
        truth: markup`labelled <b>${ENTAILMENT_LABELS[label]!}</b>`,
        texts: [
          ["Premise", premise.join(" ")],
          ["Hypothesis", hypothesis.join(" ")],
        ],
        figures: results.map((result, i) => figureOf(result, readings[i]![index]!)),
      }),
    )}`;
}
