/** One run: trains the text classifier with one mapping and seed, epoch by epoch, in a folder from which it can resume. */
import { init, tree } from "@jax-js/jax";
import { chooseShownTexts } from "./examples.ts";
import { buildVocabulary, type Vocabulary } from "../../text/vocabulary.ts";
import { compileClassifier } from "./compiled.ts";
import { initialTensors, toArrays } from "../../nn/parameters.ts";
import { foldIn, uniformNumbers } from "../../base/rng.ts";
import { textClassifierShapes, type TextClassifierParameters } from "./model.ts";
import type { ClassificationData, LabelledText, SpamRunConfig, SpamRunResult } from "../run-types.ts";
import { RunError } from "../../base/run-error.ts";
import {
  differences,
  readConfig,
  readResult,
  runFiles,
  writeConfig,
  writeResult,
  writeVocabulary,
} from "../../training/run-dir.ts";
import { prepareFolder, removeFile } from "../../base/atomic-write.ts";
import { batchArrays, batchTexts, type TextBatchPlan } from "./batches.ts";
import { checkConfig } from "./config.ts";
import { encodeTexts, explained } from "./predict.ts";
import { linearDecay, fit, type TrainProgress } from "../../training/fit.ts";
import { evaluateTexts, metricsOf } from "./evaluate.ts";

export interface SpamTrainOptions {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Texts to explain in the result; by default eight of the test split. */
  readonly explained?: readonly LabelledText[] | undefined;
}

/** Checks what the folder holds; returns the result when the run in it has ended already. */
function openFolder(folder: string, config: SpamRunConfig, data: ClassificationData): SpamRunResult | null {
  prepareFolder(folder);
  const stored = readConfig(folder);
  if (stored !== null) {
    const differing = differences(stored.config, config);
    if (differing.length > 0) {
      throw new RunError(
        `${folder} holds a run with other settings (${differing.join("; ")}): choose another folder or remove this one`,
      );
    }
    const result = readResult<SpamRunResult>(folder);
    if (result !== null) return result;
  }
  writeConfig(folder, { config, labels: data.labels });
  return null;
}

function sizesOf(config: SpamRunConfig, vocabulary: Vocabulary, labels: readonly string[]) {
  return {
    vocabulary: vocabulary.size,
    embedding: config.embeddingSize,
    hidden: config.hiddenSize,
    labels: labels.length,
  };
}

/**
 * Trains until `config.epochs` are done or the dev loss has not improved for `config.patience` epochs, then scores the
 * parameters of the best epoch on the test split.
 *
 * - `folder` is made if need be. A checkpoint is written whole after every epoch: a run that was killed at any moment goes on
 *   from its last one and ends with the figures it would have had (times aside). A run that has ended returns its result.
 * - Equal configurations and data give equal figures on one machine.
 * - Throws a RangeError for a setting out of range, a RunError when the folder cannot be used, holds another run or a broken
 *   file, when the disk is full, or when training diverges.
 */
export async function trainRun(
  config: SpamRunConfig,
  data: ClassificationData,
  folder: string,
  options: SpamTrainOptions = {},
): Promise<SpamRunResult> {
  checkConfig(config, data);
  const ended = openFolder(folder, config, data);
  if (ended !== null) return ended;
  await init("wasm");
  const vocabulary = buildVocabulary(
    data.train.map(({ words }) => words.slice(0, config.maxWords)),
    { maxSize: config.vocabularySize },
  );
  writeVocabulary(folder, vocabulary);
  const sizes = sizesOf(config, vocabulary, data.labels);
  const shapes = textClassifierShapes(sizes);
  const classifier = compileClassifier(config);
  const encode = (texts: readonly LabelledText[]) => encodeTexts(texts, vocabulary, config.maxWords);
  const train = encode(data.train).filter(({ words }) => words.length > 0);
  const dev = encode(data.dev);
  const { seed, batchSize, maxWords } = config;
  try {
    const fitted = await fit<TextClassifierParameters, TextBatchPlan>({
      ...config,
      shapes,
      folder,
      initial: () => initialTensors(shapes, seed),
      batches: (epoch) => batchTexts(train, batchSize, maxWords, uniformNumbers(foldIn(seed, "order", epoch))),
      count: ({ texts }) => texts.length,
      gradient: (parameters, plan, key) => {
        const { texts, labels, counted } = batchArrays(train, plan, batchSize);
        return classifier.gradient(parameters, texts, labels, counted, key);
      },
      evaluate: async (parameters) => metricsOf(dev, await evaluateTexts(classifier, parameters, dev, config)),
      learningRate: linearDecay(config.learningRate),
      onProgress: options.onProgress,
    });
    const best = toArrays<TextClassifierParameters>(fitted.best);
    const test = encode(data.test);
    const shown = options.explained ?? chooseShownTexts(data.test, { count: 8 });
    const result: SpamRunResult = {
      config,
      epochs: fitted.epochs,
      bestEpoch: fitted.bestEpoch,
      test: metricsOf(test, await evaluateTexts(classifier, best, test, config)),
      secondsPerStep: fitted.secondsPerStep,
      explained: explained(shown, await evaluateTexts(classifier, best, encode(shown), config)),
    };
    tree.dispose(best);
    writeResult(folder, result);
    removeFile(runFiles(folder).checkpoint);
    return result;
  } finally {
    classifier.dispose();
  }
}
