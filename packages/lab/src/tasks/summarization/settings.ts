/** The study's settings: its texts and how many of them, beside those of all studies that write sequences. */
import {
  filledSettings,
  sequenceDefaults,
  sequenceRules,
  settingsList,
  type SettingsLike,
} from "../seq2seq/settings.ts";
import type { SettingValue } from "../task.ts";

export const CORPORA = ["sentence-compression", "gigaword", "scitldr", "debian-descriptions"] as const;

/** A small transformer that copies: chosen so that 60,000 pairs train in an hour on one core. */
const defaults = {
  corpus: "sentence-compression",
  testedOn: "own",
  trainPairs: 64_000,
  devPairs: 1000,
  testPairs: 3000,
  copying: true,
  ...sequenceDefaults,
  model: "transformer",
  pieces: "words",
  jointVocabulary: true,
  vocabularySize: 5000,
  maxTokens: 40,
  embeddingSize: 128,
  innerSize: 256,
  layers: 2,
  dropout: 0.1,
  smoothing: 0,
  epochs: 4,
  learningRate: 0.002,
  warmUp: 600,
  average: 1,
  warmEpochs: 1,
} as const;

export type SummarizationSettings = SettingsLike<typeof defaults>;

const count = { least: 1, most: 1e9, whole: true };

export const summarizationSettings = settingsList(defaults, {
  ...sequenceRules,
  corpus: {
    description:
      "texts: Google sentence compression, Gigaword's headlines, SciTLDR's abstracts (give --max-tokens 400), or Debian's packages",
    among: CORPORA,
  },
  testedOn: {
    description: "the corpus's own test set, or DUC 2004 with recall at 75 bytes, as for Gigaword",
    among: ["own", "duc2004"],
  },
  trainPairs: { description: "most pairs that are trained on, the first that fit", ...count },
  devPairs: { description: "most pairs of the dev set, the first", ...count },
  testPairs: { description: "most pairs of the test set, the first", ...count },
  copying: { description: "let words be copied from the source by the attention (needs a joint vocabulary)" },
});

/** The settings, those that are not given as they are by default. Throws a TypeError for one of another kind. */
export const settingsOf = (given: Readonly<Record<string, SettingValue>>): SummarizationSettings =>
  filledSettings(defaults, given);
