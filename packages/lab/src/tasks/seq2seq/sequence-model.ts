/** A model that writes sequences as a model of a task: training, teacher-forced validation, and decoding of a split. */
import type { GaussianBasis } from "fenchel";
import { rowLength } from "../../base/ragged.ts";
import type { AlignmentScores } from "../../metrics/index.ts";
import type { Attention } from "../attention.ts";
import type { TaskModel } from "../task.ts";
import { alignmentCollector } from "./alignment.ts";
import { batchPairs, pairArrays, type SequenceBatch } from "./batches.ts";
import { beamSearch, type Hypothesis } from "./beam.ts";
import { checkMechanism, compileSequenceModel } from "./compiled.ts";
import { withCopyMechanism } from "./copy-mechanism.ts";
import type { AttentionMechanism } from "./cross-attention.ts";
import { longestInput, type SequenceSplit, type Tokenizers } from "./data.ts";
import { textOf } from "./decoded-text.ts";
import type { SequenceModel } from "./model.ts";
import { recurrentModel } from "./recurrent.ts";
import { checkSizes, type SequenceSettings } from "./settings.ts";
import { evaluateTeacherForced, type TeacherForcedScores } from "./teacher-forcing.ts";
import { transformerModel, type AttentionScope } from "./transformer.ts";

/** Predictions of a split. */
export interface SequencePredictions {
  /** Decoded sequences, one per source. */
  readonly hypotheses: readonly Hypothesis[];
  readonly texts: readonly string[];
  /** Seconds of decoding. */
  readonly seconds: number;
  readonly teacherForced: TeacherForcedScores;
  /** Attention evaluated against the split's word alignments; null where it has none. */
  readonly alignment: AlignmentScores | null;
}

export interface SequenceModelOptions {
  /** Whether words may be copied from the source: the vocabulary is shared. */
  readonly copyMechanism: boolean;
  /** Whether targets are mostly at most half as long as their sources. */
  readonly halves: boolean;
  /** Most tokens written for a source of a length. */
  readonly mostTokens: (sourceLength: number) => number;
}

/** Sources decoded together, whatever their length. */
const DECODED = 48;

function designOf(
  settings: SequenceSettings,
  { source, target }: Tokenizers,
  mechanism: AttentionMechanism,
  copyMechanism: boolean,
): SequenceModel {
  const { embeddingSize, hiddenSize, inputFeeding, layers, heads, ffnSize, shareEmbeddings } = settings;
  const scope = settings.attentionScope as AttentionScope;
  const maker =
    settings.model === "transformer"
      ? transformerModel({ features: embeddingSize, layers, heads, inner: ffnSize, scope })
      : recurrentModel({ embedding: embeddingSize, hidden: hiddenSize, inputFeeding });
  const design = maker({ source: source.size, target: target.size, joint: shareEmbeddings }, mechanism);
  checkMechanism(design, mechanism);
  return copyMechanism ? withCopyMechanism(design) : design;
}

/** The model. Throws a RunError or RangeError for settings or an attention that do not go together. */
export function sequenceModel(
  settings: SequenceSettings,
  tokenizers: Tokenizers,
  { discrete, density }: Attention<GaussianBasis>,
  { copyMechanism, halves, mostTokens }: SequenceModelOptions,
): TaskModel<SequenceSplit, SequenceBatch, SequencePredictions> {
  const mechanism = { ...discrete!, density };
  const { batchSize, dropout, tokenDropout, labelSmoothing, beamSize, lengthPenalty, replaceUnk } = settings;
  checkSizes(settings, copyMechanism);
  const design = designOf(settings, tokenizers, mechanism, copyMechanism);
  const model = compileSequenceModel(design, mechanism, { dropout, tokenDropout, labelSmoothing, copyMechanism });
  const longest = longestInput(settings);
  return {
    shapes: design.shapes,
    adam: { beta2: 0.98 },
    batches: ({ pairs }, uniform) => batchPairs(pairs, batchSize, { uniform, halves }),
    count: (split, { pairs }) => pairs.reduce((sum, index) => sum + rowLength(split.pairs.target, index) + 1, 0),
    gradient: (parameters, split, plan, key) =>
      model.gradient(parameters, pairArrays(split.pairs, plan, mechanism), key),
    validate: (parameters, { pairs }) => evaluateTeacherForced(model, parameters, pairs, batchSize, { halves }),
    predict: async (parameters, { pairs, sources = [], aligned = null }, { onProgress } = {}) => {
      const teacherForced = await evaluateTeacherForced(model, parameters, pairs, batchSize, { halves });
      const began = performance.now();
      onProgress?.(0, sources.length);
      const hypotheses = await beamSearch(model, parameters, pairs.source, {
        rows: Math.min(DECODED, Math.max(1, sources.length)),
        beams: beamSize,
        lengthPenalty,
        mostTokens: (length) => Math.min(longest, mostTokens(length)),
        unknowns: replaceUnk,
        onDecoded: (done) => onProgress?.(done, sources.length),
      });
      const texts = hypotheses.map((one, i) => textOf(one, sources[i]!, tokenizers));
      const seconds = (performance.now() - began) / 1000;
      let alignment: AlignmentScores | null = null;
      if (aligned !== null) {
        const { collect, scores } = alignmentCollector(aligned);
        await evaluateTeacherForced(model, parameters, aligned.pairs, batchSize, { collect, halves });
        alignment = scores();
      }
      return { hypotheses, texts, seconds, teacherForced, alignment };
    },
    dispose: model.dispose,
  };
}
