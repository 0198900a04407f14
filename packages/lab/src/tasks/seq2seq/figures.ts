/** The pictures of studies that write sequences: for every text and choice a map of the weights, source pieces across, written pieces down. */
import { MATRIX_STYLE, matrixGroup, matrixLegend, type MatrixFigure } from "../../report/attention-matrix.ts";
import { markup, type Markup } from "../../base/markup.ts";
import { describeOptions } from "../../report/group-runs.ts";
import { LOWER_SHOWN } from "../../text/tokenizer.ts";
import type { RunResult } from "../task.ts";
import type { DecodedRun } from "./train.ts";
import type { DecodedExample } from "./decoded-text.ts";

export interface FigureTexts {
  /** What the texts are, in a sentence. */
  readonly intro: string;
  /** Singular of a text, with a capital: "Sentence". */
  readonly item: string;
  /** Above the scores as they are quoted. */
  readonly quoted: string;
}

interface Drawn {
  readonly result: RunResult;
  readonly texts: readonly DecodedExample[];
}

function figure(
  { config }: RunResult,
  { written, rows, columns, weights }: DecodedExample,
  rowWords: string[],
): MatrixFigure {
  const { mapping, mappingOptions } = config;
  const options = describeOptions(mappingOptions);
  const all = weights.flat();
  const zeros = all.filter((weight) => weight === 0).length;
  return {
    caption: markup`<span class="mapping">${mapping}</span>${options === "" ? null : markup` <span class="options">${options}</span>`}
      <span class="written" dir="auto">${written}</span>`,
    matrix: {
      rows,
      columns,
      weights,
      rowWords,
      label: `Attention of ${mapping} while it wrote: ${written} ${zeros} of ${all.length} weights are zero.`,
    },
  };
}

/** The shown texts, each under every choice; null when no run shows any. */
export function sequenceFigures(results: readonly RunResult[], { intro, item, quoted }: FigureTexts): Markup | null {
  const drawn = results
    .map((result): Drawn => ({ result, texts: (result.examples as DecodedRun).texts }))
    .filter(({ texts }) => texts.length > 0);
  if (drawn.length === 0) return null;
  const marked = drawn.some(({ texts }) =>
    texts.some(({ columns, rows }) => [...columns, ...rows].includes(LOWER_SHOWN)),
  );
  const count = Math.min(...drawn.map(({ texts }) => texts.length));
  const lines = drawn.map(
    ({ result: { config, examples } }) =>
      markup`${[config.mapping, describeOptions(config.mappingOptions)].filter((part) => part !== "").join(", ")}: ${(examples as DecodedRun).line}\n`,
  );
  return markup`<p class="note">
      ${intro} A column is a piece of the source, a row a piece that was written: a hyphen stands where a word goes on, \u220e where the
      text ends. A word that the vocabulary lacks is shown as the source has it.${marked ? ` ${LOWER_SHOWN} says that a text begins with a small letter.` : ""}
    </p>
    ${matrixLegend()}
    ${Array.from({ length: count }, (_, index) => {
      const { source, reference } = drawn[0]!.texts[index]!;
      const rowWords = drawn.flatMap(({ texts }) => texts[index]!.rows);
      return matrixGroup({
        title: `${item} ${index + 1}`,
        texts: [
          ["Source", source],
          ["Reference", reference],
        ],
        figures: drawn.map(({ result, texts }) => figure(result, texts[index]!, rowWords)),
      });
    })}
    <p class="note quoted">${quoted}</p>
    <pre class="command"><code>${lines}</code></pre>`;
}

/** Rules of the pictures. */
export const FIGURES_STYLE = `${MATRIX_STYLE}
.quoted { margin: 2.6rem 0 0; }
`;
