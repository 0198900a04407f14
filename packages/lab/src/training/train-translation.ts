/** Trains the encoder-decoder on sentence pairs with one mapping and seed; in a folder, if given, from which it can resume. */
import { join } from "node:path";
import { init, tree } from "@jax-js/jax";
import { mappings } from "fenchel/jax";
import type { SentencePair, TranslationData } from "../data/compiler-messages.ts";
import { buildVocabulary, UNKNOWN, type Vocabulary } from "../data/vocabulary.ts";
import { compileTranslator } from "../models/compiled-translator.ts";
import { encoderDecoderShapes, type EncoderDecoderParameters } from "../models/encoder-decoder.ts";
import { initialTensors, toArrays } from "../models/parameters.ts";
import { derivedSeed, uniformNumbers } from "../models/random-numbers.ts";
import type { EpochMetrics } from "../run-types.ts";
import { RunError } from "../runs/run-error.ts";
import { prepareFolder, readIfThere, writeWhole } from "../runs/whole-files.ts";
import { fallingRate, fit } from "./fit.ts";
import { encodePair, pairArrays, planSentences, type SentencePlan } from "./sentence-batches.ts";
import { judgePairs, translateGreedily, type TranslatedSentence } from "./translate.ts";
import { exactMatches, scoresOfGiven, type GivenScores } from "./translation-scores.ts";

export interface TranslationConfig {
  readonly mapping: string;
  readonly mappingOptions: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly epochs: number;
  /** Epochs without a lower dev loss after which training ends. */
  readonly patience: number;
  readonly batchSize: number;
  /** Of the first step; it falls in a line to a twentieth at the last. */
  readonly learningRate: number;
  /** Pairs with a longer side, in tokens, are left out: the recurrences are unrolled. */
  readonly longest: number;
  /** Occurrences in the training sentences from which a word has a number of its own. */
  readonly minCount: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  /** Share of the features, and of the words the decoder reads, that are zeroed in training. */
  readonly dropout: number;
  readonly wordDropout: number;
}

/** Chosen on the dev split of the compiler's messages. */
export const defaultTranslation: TranslationConfig = {
  mapping: "softmax",
  mappingOptions: {},
  seed: 1,
  epochs: 24,
  patience: 4,
  batchSize: 16,
  learningRate: 4e-3,
  longest: 23,
  minCount: 2,
  embeddingSize: 64,
  hiddenSize: 64,
  dropout: 0.2,
  wordDropout: 0.2,
};

export interface TranslationScores extends GivenScores {
  readonly sentences: number;
  /** Share of greedy translations equal to the reference, word for word. */
  readonly exactMatches: number;
}

/** A trained translator: owns arrays and compiled programs, freed by `dispose`. */
export interface Translator {
  readonly config: TranslationConfig;
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number;
  /** Sentences trained on, after those too long were left out. */
  readonly trainSentences: number;
  /** Greedy translations of token sequences, each of 1 to `longest` tokens. */
  translate(sentences: readonly (readonly string[])[]): Promise<TranslatedSentence[]>;
  /** Scores of the pairs that fit. */
  evaluate(pairs: readonly SentencePair[]): Promise<TranslationScores>;
  dispose(): void;
}

export interface TranslationOptions {
  /** Where a checkpoint is written after every epoch, and read from at the start. Default none. */
  readonly folder?: string | undefined;
  readonly onEpoch?: ((metrics: EpochMetrics, scores: GivenScores) => void) | undefined;
}

function checkTranslation(config: TranslationConfig): void {
  if (!Object.hasOwn(mappings, config.mapping)) {
    const known = Object.keys(mappings).join(", ");
    throw new RangeError(`mapping is ${JSON.stringify(config.mapping)}: it must be one of ${known}`);
  }
  const whole = ["epochs", "patience", "batchSize", "longest", "minCount", "embeddingSize", "hiddenSize"] as const;
  for (const name of whole) {
    const value = config[name];
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}: a whole number from 1 is needed`);
  }
  for (const name of ["dropout", "wordDropout"] as const) {
    const value = config[name];
    if (!(value >= 0 && value < 1)) throw new RangeError(`${name} is ${value}: a number from 0 to below 1 is needed`);
  }
  const { seed, learningRate } = config;
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed is ${seed}: a whole number from 0 is needed`);
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`learningRate is ${learningRate}: a finite number above 0 is needed`);
}

/** Pairs whose sides both hold 1 to `longest` tokens. */
export function fittingPairs(pairs: readonly SentencePair[], longest: number): SentencePair[] {
  const fits = (tokens: readonly string[]) => tokens.length >= 1 && tokens.length <= longest;
  return pairs.filter(({ sourceTokens, targetTokens }) => fits(sourceTokens) && fits(targetTokens));
}

/** Throws a RunError when the folder holds a training with other settings or data. */
function claimFolder(folder: string, config: TranslationConfig, checksum: string): void {
  prepareFolder(folder);
  const path = join(folder, "config.json");
  const own = `${JSON.stringify({ task: "translation", dataChecksum: checksum, ...config }, null, 2)}\n`;
  const stored = readIfThere(path)?.toString("utf8");
  if (stored === undefined) writeWhole(path, own);
  else if (stored !== own)
    throw new RunError(`${folder} holds a run with other settings or data: choose another folder or remove this one`);
}

/**
 * Trains until `config.epochs` are done or the dev loss has not fallen for `config.patience` epochs; the translator has the parameters of
 * the best epoch. Equal configurations and data give equal figures on one machine.
 *
 * @throws RangeError for a setting out of range or data without a pair that fits, RunError when the folder holds another run or training
 * diverges.
 */
export async function trainTranslation(
  data: TranslationData,
  given: Partial<TranslationConfig> = {},
  { folder, onEpoch }: TranslationOptions = {},
): Promise<Translator> {
  const config = { ...defaultTranslation, ...given };
  checkTranslation(config);
  const trainPairs = fittingPairs(data.train, config.longest);
  const devPairs = fittingPairs(data.dev, config.longest);
  for (const [split, pairs] of Object.entries({ train: trainPairs, dev: devPairs })) {
    if (pairs.length === 0) throw new RangeError(`data.${split} holds no pair of at most ${config.longest} tokens`);
  }
  if (folder !== undefined) claimFolder(folder, config, data.checksum);
  await init("wasm");

  const { minCount, seed, batchSize } = config;
  const vocabularies = {
    source: buildVocabulary(
      trainPairs.map(({ sourceTokens }) => sourceTokens),
      { minCount },
    ),
    target: buildVocabulary(
      trainPairs.map(({ targetTokens }) => targetTokens),
      { minCount },
    ),
  };
  const sizes = {
    sourceVocabulary: vocabularies.source.size,
    targetVocabulary: vocabularies.target.size,
    embedding: config.embeddingSize,
    hidden: config.hiddenSize,
  };
  const shapes = encoderDecoderShapes(sizes);
  const model = compileTranslator(config);
  const encode = (pairs: readonly SentencePair[]) => pairs.map((pair) => encodePair(pair, vocabularies));
  const train = encode(trainPairs);
  const dev = encode(devPairs);
  try {
    let latest: GivenScores | null = null;
    const fitted = await fit<EncoderDecoderParameters, SentencePlan>({
      ...config,
      shapes,
      folder,
      initial: () => initialTensors(shapes, seed),
      batches: (epoch) => planSentences(train, batchSize, uniformNumbers(derivedSeed(seed, "order", epoch))),
      count: (plan) => plan.pairs.reduce((sum, index) => sum + train[index]!.target.length + 1, 0),
      gradient: (parameters, plan, key) => model.gradient(parameters, pairArrays(train, plan, batchSize), key),
      judge: async (parameters) => {
        latest = scoresOfGiven(devPairs, dev, await judgePairs(model, parameters, dev, batchSize));
        return { loss: latest.loss, accuracy: latest.tokenAccuracy };
      },
      learningRate: fallingRate(config.learningRate),
      onEpoch: (metrics) => onEpoch?.(metrics, latest!),
    });
    const best = toArrays<EncoderDecoderParameters>(fitted.best);
    const decoding = { batchSize, mostWords: config.longest + 1 };
    return {
      config,
      ...vocabularies,
      epochs: fitted.epochs,
      bestEpoch: fitted.bestEpoch,
      trainSentences: trainPairs.length,
      translate: async (sentences) => {
        for (const [index, { length }] of sentences.entries()) {
          if (length < 1 || length > config.longest)
            throw new RangeError(`sentences[${index}] has ${length} tokens: 1 to ${config.longest} are needed`);
        }
        return translateGreedily(
          model,
          best,
          sentences.map((tokens) => vocabularies.source.encode(tokens)),
          decoding,
        );
      },
      evaluate: async (pairs) => {
        const fitting = fittingPairs(pairs, config.longest);
        const encoded = encode(fitting);
        const judged = scoresOfGiven(fitting, encoded, await judgePairs(model, best, encoded, batchSize));
        const written = await translateGreedily(
          model,
          best,
          encoded.map(({ source }) => source),
          decoding,
        );
        // A reference with an unknown word cannot be matched: the model never writes one.
        const references = encoded.map(({ target }) => target);
        return { ...judged, sentences: fitting.length, exactMatches: exactMatches(references, written) };
      },
      dispose: () => {
        tree.dispose(best);
        model.dispose();
      },
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Whether a translator knows every word of a token sequence. */
export function knowsAll(vocabulary: Vocabulary, tokens: readonly string[]): boolean {
  return vocabulary.encode(tokens).every((word) => word !== UNKNOWN);
}
