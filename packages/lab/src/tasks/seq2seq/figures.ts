/** Figures of tasks that write sequences: attention of target tokens to source tokens, one matrix per text and mapping. */
import { markup, type Markup } from "../../base/markup.ts";
import { matrixCaption, matrixGroup, matrixLegend, type MatrixFigure } from "../../figures/attention-matrix.ts";
import { LOWER_SHOWN } from "../../text/tokenizer.ts";
import type { ExampleRun } from "../task.ts";
import type { DecodedExample } from "./decoded-text.ts";

type DecodedRun = ExampleRun<DecodedExample>;

function figure(
  { config }: DecodedRun,
  { written, rows, columns, weights }: DecodedExample,
  rowWords: string[],
): MatrixFigure {
  const all = weights.flat();
  const zeros = all.filter((weight) => weight === 0).length;
  return {
    caption: matrixCaption(config, markup`<span class="written" dir="auto">${written}</span>`),
    matrix: {
      rows,
      columns,
      weights,
      rowWords,
      label: `Attention of ${config.mapping} while decoding: ${written} ${zeros} of ${all.length} weights are zero.`,
    },
  };
}

/** The same texts under every mapping; `item` is the singular of a text, with a capital: "Sentence". */
export function sequenceFigures(runs: readonly DecodedRun[], item: string): Markup | null {
  const drawn = runs.filter(({ examples }) => examples.length > 0);
  if (drawn.length === 0) return null;
  const marked = drawn.some(({ examples }) =>
    examples.some(({ columns, rows }) => [...columns, ...rows].includes(LOWER_SHOWN)),
  );
  const count = Math.min(...drawn.map(({ examples }) => examples.length));
  return markup`<p class="note">
      A column is a source token, a row a target token: a hyphen marks a subword that continues, \u220e the end of the text. A word that
      the vocabulary lacks is shown as the source has it.${marked ? ` ${LOWER_SHOWN} says that a text begins with a small letter.` : ""}
    </p>
    ${matrixLegend()}
    ${Array.from({ length: count }, (_, index) => {
      const { source, reference } = drawn[0]!.examples[index]!;
      const rowWords = drawn.flatMap(({ examples }) => examples[index]!.rows);
      return matrixGroup({
        title: `${item} ${index + 1}`,
        texts: [["Source", source], ...(reference === "" ? [] : [["Reference", reference] as const])],
        figures: drawn.map((run) => figure(run, run.examples[index]!, rowWords)),
      });
    })}`;
}
