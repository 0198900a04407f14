/** The pictures of the entailment study: hypothesis by premise, one matrix a mapping. */
import { ENTAILMENT_LABELS } from "../../data/sets/entailment.ts";
import { MATRIX_STYLE, matrixFigure } from "../../report/attention-matrix.ts";
import { markup, type Markup } from "../../report/markup.ts";
import { describeOptions } from "../../report/variants.ts";
import type { StudyResult } from "../study.ts";
import type { ShownReading } from "./train.ts";

export const PICTURES_STYLE = MATRIX_STYLE;

function figureOf({ config }: StudyResult, reading: ShownReading): Markup {
  const { label, probabilities, premise, hypothesis, weights } = reading;
  const answer = probabilities.indexOf(Math.max(...probabilities));
  const options = describeOptions(config.mappingOptions);
  const verdict = answer === label ? "right" : "wrong";
  return matrixFigure(
    markup`<span class="mapping">${config.mapping}</span>${options === "" ? null : markup` <span class="options">${options}</span>`}
      <span class="answer ${verdict}">${ENTAILMENT_LABELS[answer]!} ${probabilities[answer]!.toFixed(2)}, ${verdict}</span>`,
    {
      rows: hypothesis,
      columns: premise,
      weights,
      label: `What each word of the hypothesis attends to in the premise, with ${config.mapping}`,
    },
  );
}

/** The same pairs of the test set under every mapping. */
export function entailmentPictures(results: readonly StudyResult[]): Markup | null {
  const readings = results.map(({ shown }) => shown as readonly ShownReading[]);
  const [first] = readings;
  if (first === undefined || first.length === 0) return null;
  return markup`<p class="note">
      Pairs of the test set. A row is a word of the hypothesis, a column a word of the premise that it attends to: the darker, the more; exact zeros are clear, neighbouring words of one weight are outlined.
    </p>
    ${first.map(
      ({ label, premise, hypothesis }, index) =>
        markup`<p class="pair">
            <b>${index + 1}</b> ${premise.join(" ")} \u2014 <b>${hypothesis.join(" ")}</b> (${ENTAILMENT_LABELS[label]!})
          </p>
          <div class="matrices">${results.map((result, i) => figureOf(result, readings[i]![index]!))}</div>`,
    )}`;
}
