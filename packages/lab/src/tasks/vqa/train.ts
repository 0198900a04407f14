/** One run of the study: trains the model with one way to attend, keeps the best epoch by the dev set, scores it on the test set. */
import { tree } from "@jax-js/jax";
import { toArrays, type NamedArrays } from "../../nn/parameters.ts";
import { foldIn, uniformNumbers } from "../../base/rng.ts";
import { linearDecay, fit } from "../../training/fit.ts";
import type { RunConfig, RunResult, TrainOptions } from "../task.ts";
import { compileVqa } from "./compiled.ts";
import { spatialAttentionOf } from "./spatial-attention.ts";
import { firstParameters, vqaShapes, type VqaParameters } from "./model.ts";
import { batchArrays, drawBatches, type PictureBatch } from "./batches.ts";
import type { VqaData, VqaPart } from "./data.ts";
import { answerScores, attentionScores, predictAnswers } from "./predictions.ts";
import { checkGrid, settingsOf } from "./settings.ts";
import { vqaExamples, type VqaExample } from "./examples.ts";

/** Trains the run of `config` in `folder`, from which it resumes. Equal configurations give equal figures on one machine. */
export async function trainVqa(
  config: RunConfig,
  data: VqaData,
  folder: string,
  { onProgress, initial, turn }: TrainOptions,
): Promise<RunResult> {
  const settings = settingsOf(config.settings);
  const { seed } = config;
  const { cells, features, hiddenSize: hidden } = settings;
  const { size, words, parts } = data;
  checkGrid(settings, size);
  const look = spatialAttentionOf({ mapping: config.mapping, options: config.mappingOptions }, settings);
  const channels = 3 * (size / cells) ** 2;
  const shapes = vqaShapes({ channels, words, answers: data.answers.length, features, hidden });
  const batchShape = { ...settings, size, words };
  const model = compileVqa(look, settings);
  const read = (parameters: VqaParameters, part: VqaPart) =>
    predictAnswers(model, parameters, part, { ...batchShape, alpha: look.alpha });
  try {
    const fitted = await fit<VqaParameters & NamedArrays, PictureBatch>({
      ...settings,
      seed,
      shapes,
      folder,
      initial: () => initial ?? firstParameters(shapes, seed),
      batches: (epoch) => drawBatches(parts.train, settings, uniformNumbers(foldIn(seed, "order", epoch))),
      count: (batch) => batch.reduce((sum, { questions }) => sum + questions.length, 0),
      gradient: (parameters, batch, key) =>
        model.gradient(parameters, batchArrays(parts.train, batch, batchShape), key),
      evaluate: async (parameters) => answerScores(parts.dev, await read(parameters, parts.dev)),
      learningRate: linearDecay(settings.learningRate),
      onProgress,
      schedule: turn,
    });
    const best = toArrays<VqaParameters & NamedArrays>(fitted.best);
    const readings = await read(best, parts.test);
    tree.dispose(best);
    const region = { cells, share: look.share };
    const scores = { ...answerScores(parts.test, readings), ...attentionScores(parts.test, readings, region) };
    const shown: readonly VqaExample[] = vqaExamples(data, readings, region);
    const { epochs, bestEpoch, secondsPerStep } = fitted;
    return { config, epochs, bestEpoch, secondsPerStep, scores, examples: shown };
  } finally {
    model.dispose();
  }
}
