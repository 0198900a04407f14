/** One run of the study: trains the model with one way to attend, keeps the best epoch by the dev set, scores it on the test set. */
import { tree } from "@jax-js/jax";
import { toArrays, type NamedArrays } from "../../nn/parameters.ts";
import { derivedSeed, uniformNumbers } from "../../nn/rng.ts";
import { fallingRate, fit } from "../../training/fit.ts";
import type { StudyConfig, StudyResult, StudyTrainOptions } from "../task.ts";
import { compileVqa } from "./compiled.ts";
import { lookOf } from "./spatial-attention.ts";
import { firstParameters, vqaShapes, type VqaParameters } from "./model.ts";
import { batchArrays, drawBatches, type PictureBatch } from "./batches.ts";
import type { VqaData, VqaPart } from "./data.ts";
import { answerScores, attentionScores, readQuestions } from "./predictions.ts";
import { checkCells, settingsOf } from "./settings.ts";
import { shownQuestions, type ShownQuestion } from "./examples.ts";

/** Trains the run of `config` in `folder`, from which it resumes. Equal configurations give equal figures on one machine. */
export async function trainVqa(
  config: StudyConfig,
  data: VqaData,
  folder: string,
  { onProgress, initial, turn }: StudyTrainOptions,
): Promise<StudyResult> {
  const settings = settingsOf(config.settings);
  const { seed } = config;
  const { cells, features, hiddenSize: hidden } = settings;
  const { size, words, parts } = data;
  checkCells(settings, size);
  const look = lookOf({ mapping: config.mapping, options: config.mappingOptions }, settings);
  const channels = 3 * (size / cells) ** 2;
  const shapes = vqaShapes({ channels, words, answers: data.answers.length, features, hidden });
  const batchShape = { ...settings, size, words };
  const model = compileVqa(look, settings);
  const read = (parameters: VqaParameters, part: VqaPart) =>
    readQuestions(model, parameters, part, { ...batchShape, alpha: look.alpha });
  try {
    const fitted = await fit<VqaParameters & NamedArrays, PictureBatch>({
      ...settings,
      seed,
      shapes,
      folder,
      initial: () => initial ?? firstParameters(shapes, seed),
      batches: (epoch) => drawBatches(parts.train, settings, uniformNumbers(derivedSeed(seed, "order", epoch))),
      count: (batch) => batch.reduce((sum, { questions }) => sum + questions.length, 0),
      gradient: (parameters, batch, key) =>
        model.gradient(parameters, batchArrays(parts.train, batch, batchShape), key),
      judge: async (parameters) => answerScores(parts.dev, await read(parameters, parts.dev)),
      learningRate: fallingRate(settings.learningRate),
      onProgress,
      turn,
    });
    const best = toArrays<VqaParameters & NamedArrays>(fitted.best);
    const readings = await read(best, parts.test);
    tree.dispose(best);
    const region = { cells, share: look.share };
    const scores = { ...answerScores(parts.test, readings), ...attentionScores(parts.test, readings, region) };
    const shown: readonly ShownQuestion[] = shownQuestions(data, readings, region);
    const { epochs, bestEpoch, secondsPerStep } = fitted;
    return { config, epochs, bestEpoch, secondsPerStep, scores, shown };
  } finally {
    model.dispose();
  }
}
