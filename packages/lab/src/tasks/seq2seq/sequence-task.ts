/** What tasks that write sequences have in common: metrics, evaluation, examples, figures. */
import type { SufficientStatistics } from "../../metrics/index.ts";
import { attentionStatistics, meanAttentionStatistics } from "../../metrics/index.ts";
import { MATRIX_STYLE } from "../../figures/attention-matrix.ts";
import { specs } from "../attention.ts";
import type { Evaluation, MetricSpec, Task } from "../task.ts";
import { attentionMetrics } from "../text-classification.ts";
import type { SequenceBatch } from "./batches.ts";
import type { Hypothesis } from "./beam.ts";
import {
  longestInput,
  sequenceSplit,
  tokenizersOf,
  type SequenceSplit,
  type SequenceVocabulary,
  type TextPair,
} from "./data.ts";
import { decodedExample, type DecodedExample } from "./decoded-text.ts";
import { sequenceModel, type SequenceModelOptions, type SequencePredictions } from "./sequence-model.ts";
import { sequenceAttention, sequenceGrid, type SequenceSettings } from "./settings.ts";

export type SequenceTask = Task<SequenceVocabulary, SequenceSplit, SequenceBatch, SequencePredictions, DecodedExample>;

/** Scores of decoded texts. */
export interface DecodedScores {
  readonly scores: Readonly<Record<string, number>>;
  /** Sufficient statistics per text of the score that mappings are compared by. */
  readonly perExample: SufficientStatistics;
}

const FORCED = "Test set, teacher-forced";
const COST = "Cost";

/** Columns after those of the decoded texts; `aligned` says of what the alignments are. */
export const sequenceMetrics = (aligned: string): readonly MetricSpec[] => [
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: FORCED },
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 1, scale: 100, best: "highest", group: FORCED },
  ...attentionMetrics("Attention per target token", "tokens"),
  { key: "alignmentError", title: "AER", unit: "%", digits: 1, scale: 100, best: "lowest", group: aligned },
  { key: "alignmentPrecision", title: "Precision", unit: "%", digits: 1, scale: 100, best: "highest", group: aligned },
  { key: "alignmentRecall", title: "Recall", unit: "%", digits: 1, scale: 100, best: "highest", group: aligned },
  { key: "writingSeconds", title: "Decoding", unit: "s", digits: 0, scale: 1, best: "lowest", group: COST },
  { key: "peakMegabytes", title: "Peak memory", unit: "MiB", digits: 0, scale: 1, best: "lowest", group: COST },
];

/** Statistics of the attention per target token, averaged over sentences. */
function weightStatistics(hypotheses: readonly Hypothesis[]) {
  const each = hypotheses.flatMap(({ weights }) => {
    const rows = weights.filter(({ length }) => length > 0);
    return rows.length === 0 ? [] : [meanAttentionStatistics(rows.map((row) => attentionStatistics(row)))];
  });
  return each.length === 0 ? {} : meanAttentionStatistics(each);
}

/** Peak memory of the process in mebibytes. */
const peakMegabytes = () => process.resourceUsage().maxRSS / 1024;

/** Scores of predictions, beside those of the decoded texts. */
export function evaluateSequences(
  { hypotheses, texts, seconds, teacherForced, alignment }: SequencePredictions,
  { scores, perExample }: DecodedScores,
): Evaluation {
  const { loss, accuracy } = teacherForced;
  return {
    scores: {
      ...scores,
      loss,
      accuracy,
      ...weightStatistics(hypotheses),
      ...(alignment === null
        ? {}
        : {
            alignmentError: alignment.aer,
            alignmentPrecision: alignment.precision,
            alignmentRecall: alignment.recall,
          }),
      writingSeconds: seconds,
      peakMegabytes: peakMegabytes(),
    },
    perExample: { texts, width: perExample.width, rows: Array.from(perExample.rows) },
  };
}

/** Members of the task that do not depend on its texts. */
export function sequenceTask<S extends SequenceSettings>(
  settings: { of(given: Readonly<Record<string, number | string | boolean>>): S },
  optionsOf: (settings: S) => SequenceModelOptions,
): Pick<
  SequenceTask,
  "attention" | "mappings" | "grid" | "model" | "inputs" | "encode" | "examples" | "explain" | "style"
> {
  return {
    attention: sequenceAttention,
    mappings: specs(sequenceAttention.names),
    grid: sequenceGrid,
    inputs: ["text"],
    model: (vocabulary, config) => {
      const own = settings.of(config.settings);
      const attention = sequenceAttention.resolve({ mapping: config.mapping, options: config.mappingOptions });
      return sequenceModel(own, tokenizersOf(vocabulary), attention, optionsOf(own));
    },
    encode: (inputs, vocabulary, given) => {
      const decoder = new TextDecoder();
      const pairs = inputs.map(({ parts }): TextPair => ({ source: decoder.decode(parts[0]).trim(), target: "" }));
      return sequenceSplit(pairs, tokenizersOf(vocabulary), longestInput(settings.of(given))).split;
    },
    examples: ({ hypotheses }, { sources = [], references = [] }, { vocabulary }) => {
      const tokenizers = tokenizersOf(vocabulary);
      return hypotheses.map((hypothesis, i) =>
        decodedExample(hypothesis, { source: sources[i]!, reference: references[i]![0]! }, tokenizers),
      );
    },
    explain: ({ written, rows, columns, weights }) => ({ answer: written, matrix: { rows, columns, weights } }),
    style: MATRIX_STYLE,
  };
}
