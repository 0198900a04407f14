/** One run of the study: trains the model with one mechanism, keeps the best epoch by the dev set, scores it on the test set. */
import { tree } from "@jax-js/jax";
import { initialTensors, toArrays, type NamedArrays, type NamedTensors } from "../../nn/parameters.ts";
import { foldIn, uniformNumbers } from "../../base/rng.ts";
import { batchTexts, type TextBatchPlan } from "../spam/batches.ts";
import { writePredictions } from "../../training/run-dir.ts";
import { linearDecay, fit } from "../../training/fit.ts";
import type { RunConfig, RunResult, TrainOptions } from "../task.ts";
import { reviewBatches } from "./batches.ts";
import { compileReviewModel } from "./compiled.ts";
import { attentionOf } from "./attention.ts";
import { reviewModelShapes, type ReviewParameters } from "./model.ts";
import { bigramVocabulary } from "./bigrams.ts";
import { marksOf, textsOf, type ReviewData, type ReviewText, type SampledReview } from "./data.ts";
import { rationaleScoresOf } from "./rationale-metrics.ts";
import { predictReviews, reviewScores, type DensityPrediction } from "./predictions.ts";
import { settingsOf } from "./settings.ts";

/**
 * Adam's epsilon. Above the gradients of most words, so that these move by their gradient and not by its sign alone: with steps of one
 * size for all, words of a few reviews are learnt by heart.
 */
const EPSILON = 1e-3;

/** What a run made of a shown review. */
export interface ReviewExample extends SampledReview {
  /** Probability of a positive review. */
  readonly probability: number;
  /** One weight a word; null where words have none of their own. */
  readonly weights: readonly number[] | null;
  readonly density: DensityPrediction | null;
}

/** The parameters to begin with: random ones, and those that are given where they are the model's. */
function firstTensors(
  shapes: ReturnType<typeof reviewModelShapes>,
  seed: number,
  given: NamedTensors = {},
): NamedTensors {
  const own: NamedTensors = initialTensors(shapes as Parameters<typeof initialTensors>[0], seed);
  const fitting = Object.entries(given).filter(([name, { shape }]) => own[name]?.shape.join() === shape.join());
  return { ...own, ...Object.fromEntries(fitting) };
}

/** Trains the run of `config` in `folder`, from which it resumes. Equal configurations give equal figures on one machine. */
export async function trainReviews(
  config: RunConfig,
  data: ReviewData,
  folder: string,
  { onProgress, initial, turn }: TrainOptions,
): Promise<RunResult> {
  const settings = settingsOf(config.settings);
  const { seed } = config;
  const { batchSize, maxTokens } = settings;
  const mechanism = attentionOf({ mapping: config.mapping, options: config.mappingOptions });
  const { vocabulary, pairs } = data;
  const sizes = { vocabulary, pairs, embedding: settings.embeddingSize, hidden: settings.hiddenSize };
  const shapes = reviewModelShapes(mechanism, sizes);
  const train = textsOf(data.texts.train).filter(({ words }) => words.length > 0);
  const dev = textsOf(data.texts.dev);
  const model = compileReviewModel(mechanism, settings);
  const batches = reviewBatches(mechanism, data, settings);
  const read = (parameters: ReviewParameters, texts: readonly ReviewText[]) =>
    predictReviews(model, mechanism, parameters, texts, { ...settings, batches });
  try {
    const fitted = await fit<ReviewParameters & NamedArrays, TextBatchPlan>({
      ...settings,
      seed,
      shapes,
      folder,
      initial: () => firstTensors(shapes, seed, initial),
      batches: (epoch) => batchTexts(train, batchSize, maxTokens, uniformNumbers(foldIn(seed, "order", epoch))),
      count: ({ texts }) => texts.length,
      gradient: (parameters, plan, key) => {
        const { batch, labels, counted } = batches(train, plan);
        return model.gradient(parameters, batch, labels, counted, key);
      },
      evaluate: async (parameters) => {
        const { loss, accuracy } = reviewScores(await read(parameters, dev));
        return { loss: loss!, accuracy: accuracy! };
      },
      learningRate: linearDecay(settings.learningRate),
      optimizer: { epsilon: EPSILON, weightDecay: settings.weightDecay },
      onProgress,
      schedule: turn,
    });
    const best = toArrays<ReviewParameters & NamedArrays>(fitted.best);
    const tested = textsOf(data.texts.test);
    const testReads = await read(best, tested);
    const scores = reviewScores(testReads);
    if (data.rationales !== null) {
      const { test, share } = data.rationales;
      const marked = { marks: marksOf(test), share };
      const pairsKnown = bigramVocabulary(data.pairKeys, vocabulary);
      const again = (texts: readonly ReviewText[]) => read(best, texts);
      const figures = await rationaleScoresOf(testReads, tested, marked, pairsKnown, again);
      Object.assign(scores, figures.scores);
      const texts = testReads.map(({ probability }) => (probability > 0.5 ? "positive" : "negative"));
      writePredictions(folder, { texts, rows: figures.precisions, width: 1 });
    }
    const reads = await read(best, textsOf(data.shownTexts));
    tree.dispose(best);
    const shown = reads.map(({ probability, weights, density }, i): ReviewExample => ({
      ...data.shown[i]!,
      probability,
      weights: weights === null ? null : Array.from(weights),
      density,
    }));
    const { epochs, bestEpoch, secondsPerStep } = fitted;
    return { config, epochs, bestEpoch, secondsPerStep, scores, examples: shown };
  } finally {
    model.dispose();
  }
}
