/** Settings of studies whose models write sequences, with the values they have when nothing else is asked for. */
import { RunError } from "../../base/run-error.ts";
import type { Setting, SettingValue } from "../task.ts";

/** What such models are usually trained with. */
export const sequenceDefaults = {
  model: "recurrent",
  pieces: "subwords",
  jointVocabulary: false,
  vocabularySize: 4000,
  maxTokens: 31,
  batchTokens: 960,
  embeddingSize: 256,
  hiddenSize: 256,
  inputFeeding: false,
  layers: 3,
  heads: 4,
  innerSize: 512,
  mapped: "last",
  dropout: 0.3,
  wordDropout: 0,
  smoothing: 0.1,
  epochs: 10,
  patience: 3,
  learningRate: 0.001,
  warmUp: 400,
  clip: 1,
  weightDecay: 0,
  average: 3,
  beams: 5,
  lengthPenalty: 1,
  copyUnknowns: true,
  warmEpochs: 2,
  warmLearningRate: 0.0003,
} as const;

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;
/** Settings of any value, by the names of these defaults. */
export type SettingsLike<Defaults> = { readonly [Name in keyof Defaults]: Widened<Defaults[Name]> };
export type SequenceSettings = SettingsLike<typeof sequenceDefaults>;

const most = (value: number) => ({ least: 1, most: value, whole: true });
const share = { least: 0, most: 0.9 };
const rate = { least: 1e-6, most: 1 };

/** All of a setting but its name and value. */
export type SettingRule = Omit<Setting, "name" | "value">;

export const sequenceRules: Readonly<Record<keyof SequenceSettings, SettingRule>> = {
  model: { description: "kind of encoder-decoder", among: ["recurrent", "transformer"] },
  pieces: { description: "what texts are cut into", among: ["subwords", "words"] },
  jointVocabulary: { description: "one vocabulary and embedding for both languages" },
  vocabularySize: { description: "most pieces of a vocabulary", least: 3, most: 1_000_000, whole: true },
  maxTokens: {
    description: "most pieces on a side of a pair that is trained on; read are up to four times as many",
    ...most(4096),
  },
  batchTokens: {
    description: "pieces a step on either side, padding counted; best a number with many divisors",
    ...most(1_000_000),
  },
  embeddingSize: { description: "features of a piece, in a transformer of every layer", ...most(4096) },
  hiddenSize: { description: "recurrent: units of the decoder, and of the encoder in each direction", ...most(4096) },
  inputFeeding: { description: "recurrent: each step reads what the one before compared with the words" },
  layers: { description: "transformer: layers of the encoder, and of the decoder", ...most(64) },
  heads: { description: "transformer: heads of every attention", ...most(256) },
  innerSize: { description: "transformer: units inside a layer's feed-forward part", ...most(16_384) },
  mapped: {
    description:
      "transformer: whose attention is compared, the last layer's over the source, all over the source, or all; the rest is softmax",
    among: ["last", "source", "all"],
  },
  dropout: { description: "share of the features taken away in training", ...share },
  wordDropout: { description: "share of the target's words that the decoder does not read in training", ...share },
  smoothing: { description: "label smoothing", ...share },
  epochs: { description: "most epochs", ...most(1000) },
  patience: { description: "epochs without a lower dev loss before training stops", ...most(1000) },
  learningRate: { description: "step size of Adam at its highest", ...rate },
  warmUp: { description: "steps in which the step size rises", least: 0, most: 1_000_000, whole: true },
  clip: { description: "largest norm of all gradients together", least: 1e-6, most: 1e6 },
  weightDecay: { description: "decoupled weight decay", least: 0, most: 10 },
  average: {
    description: "last epochs whose parameters are averaged, where that is better on the dev set",
    ...most(1000),
  },
  beams: { description: "continuations that beam search keeps; 1 is greedy", ...most(64) },
  lengthPenalty: { description: "exponent of beam search's length penalty", least: 0, most: 10 },
  copyUnknowns: { description: "write the attended source word where a word is unknown" },
  warmEpochs: { description: "epochs after a common start", ...most(1000) },
  warmLearningRate: { description: "step size after a common start", ...rate },
};

/** Settings with their values and rules, in the order of the values. */
export function settingsList<D extends Readonly<Record<string, SettingValue>>>(
  defaults: D,
  rules: Readonly<Record<keyof D, SettingRule>>,
): readonly Setting[] {
  return Object.entries(defaults).map(([name, value]) => ({ name, value, ...rules[name]! }));
}

/** Settings by name, those that are not given as they are by default. Throws a TypeError for one of another kind. */
export function filledSettings<D extends Readonly<Record<string, SettingValue>>>(
  defaults: D,
  given: Readonly<Record<string, SettingValue>>,
): SettingsLike<D> {
  const entries = Object.entries(defaults).map(([name, usual]) => {
    const value = given[name] ?? usual;
    if (typeof value !== typeof usual) {
      throw new TypeError(`${name} is ${JSON.stringify(value)}: a ${typeof usual} is needed`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as unknown as SettingsLike<D>;
}

/** Throws a RunError for sizes that do not go together; `copying`: words may be copied from the source. */
export function checkSizes(
  { model, embeddingSize, heads, jointVocabulary }: SequenceSettings,
  copying: boolean = false,
): void {
  if (copying && !jointVocabulary) {
    throw new RunError("--copying needs one vocabulary for both sides (--joint-vocabulary true)");
  }
  if (model === "transformer" && embeddingSize % (2 * heads) !== 0) {
    throw new RunError(
      `--embedding-size is ${embeddingSize}: with --heads ${heads} it must be a multiple of ${2 * heads}`,
    );
  }
}
