/** Settings of tasks whose models write sequences. */
import type { GaussianBasis } from "fenchel";
import { RunError } from "../../base/run-error.ts";
import { lineBasis } from "../../nn/basis-1d.ts";
import { attentionTable } from "../attention.ts";
import type { SettingDetails, SettingsLike } from "../settings.ts";

export const sequenceDefaults = {
  model: "recurrent",
  tokenizer: "bpe",
  shareEmbeddings: false,
  vocabularySize: 4000,
  maxLength: 31,
  batchSize: 960,
  embeddingSize: 256,
  hiddenSize: 256,
  inputFeeding: false,
  layers: 3,
  heads: 4,
  ffnSize: 512,
  attentionScope: "last-cross",
  dropout: 0.3,
  tokenDropout: 0,
  labelSmoothing: 0.1,
  epochs: 10,
  patience: 3,
  learningRate: 0.001,
  warmupSteps: 400,
  gradClipNorm: 1,
  weightDecay: 0,
  averageCheckpoints: 3,
  beamSize: 5,
  lengthPenalty: 1,
  replaceUnk: true,
  finetuneEpochs: 2,
  finetuneLr: 0.0003,
} as const;

export type SequenceSettings = SettingsLike<typeof sequenceDefaults>;

export const sequenceDetails = {
  model: { description: "encoder-decoder architecture", among: ["recurrent", "transformer"] },
  shareEmbeddings: { description: "share vocabulary and embeddings between source and target" },
  vocabularySize: { least: 3 },
  maxLength: { description: "maximum length of training pairs in tokens; inputs are cut at four times as many" },
  batchSize: { description: "batch size in tokens per side, padding included; best a number with many divisors" },
  hiddenSize: { description: "recurrent only: hidden size of the decoder, and of the encoder per direction" },
  inputFeeding: { description: "recurrent only: input feeding (Luong et al. 2015)" },
  layers: {
    description: "transformer only: layers of the encoder and of the decoder",
    least: 1,
    most: 64,
    whole: true,
  },
  heads: { description: "transformer only: attention heads", least: 1, most: 256, whole: true },
  attentionScope: {
    description:
      "transformer only: attention with the mapping: cross-attention of the last layer, all cross-attention, or all; the rest is softmax",
    among: ["last-cross", "all-cross", "all"],
  },
  tokenDropout: { description: "share of the target tokens that the decoder does not read in training" },
  learningRate: { description: "peak Adam learning rate (linear warmup and decay)" },
  replaceUnk: { description: "replace unknown target tokens by the source word with the most attention" },
} as const satisfies Readonly<Partial<Record<keyof SequenceSettings, SettingDetails>>>;

/** Widths of the basis functions, in shares of a sentence, as in Martins et al. (2020). */
export const sequenceAttention = attentionTable<GaussianBasis>({
  forms: ["combined"],
  basis: lineBasis(30, [0.03, 0.1, 0.3]),
  defaults: { clusters: { lambda: 0.01 } },
});

const gammas = [{ gamma: 0.5 }, { gamma: 1 }, { gamma: 2 }];
const lambdas = (values: readonly number[]) => [0.5, 1].flatMap((gamma) => values.map((lambda) => ({ gamma, lambda })));

/** Options to choose from on the dev set. */
export const sequenceGrid = sequenceAttention.each({
  dense: gammas,
  sparsemax: gammas,
  entmax: [{ alpha: 1.25 }, { alpha: 1.5 }, { alpha: 1.75 }],
  segments: lambdas([0.03, 0.1, 0.3]),
  clusters: lambdas([0.003, 0.01, 0.03]),
});

/** Throws a RunError for sizes that do not go together. */
export function checkSizes(
  { model, embeddingSize, heads, shareEmbeddings }: SequenceSettings,
  copyMechanism: boolean = false,
): void {
  if (copyMechanism && !shareEmbeddings) {
    throw new RunError("--copy-mechanism needs one vocabulary for both sides (--share-embeddings true)");
  }
  if (model === "transformer" && embeddingSize % (2 * heads) !== 0) {
    throw new RunError(
      `--embedding-size is ${embeddingSize}: with --heads ${heads} it must be a multiple of ${2 * heads}`,
    );
  }
}
