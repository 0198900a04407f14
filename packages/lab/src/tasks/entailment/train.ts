/** One run of the entailment study: training, scores on the test set, and the attention of the pairs that the report shows. */
import { tree } from "@jax-js/jax";
import type { AttenderOptions } from "fenchel/jax";
import { ENTAILMENT_LABELS } from "../../datasets/snli.ts";
import { attentionStatistics, meanAttentionStatistics } from "../../metrics/attention/attention-statistics.ts";
import { logSoftmax } from "../../nn/log-softmax.ts";
import { initialTensors, toArrays, type NamedArrays, type NamedTensors } from "../../nn/parameters.ts";
import { foldIn, uniformNumbers } from "../../base/rng.ts";
import { writePredictions } from "../../training/run-dir.ts";
import { rowLength } from "../../base/ragged.ts";
import { linearDecay, fit } from "../../training/fit.ts";
import type { RunConfig, RunResult, TrainOptions } from "../task.ts";
import { pairArrays, batchPairs, type PairBatchPlan } from "./batches.ts";
import { compileEntailment, entailmentModels, type CompiledEntailment } from "./compiled.ts";
import { alignmentScores } from "./alignment.ts";
import type { EntailmentData, LabelledPairs } from "./data.ts";

/** What a model made of a pair. */
export interface PairPrediction {
  readonly probabilities: readonly number[];
  /** -log of the probability of the pair's label. */
  readonly loss: number;
  /** A row a word of the hypothesis, a column a word of the premise. */
  readonly weights: readonly Float32Array[];
}

/** A pair of the report. */
export interface EntailmentExample {
  readonly id: string;
  readonly label: number;
  readonly premise: readonly string[];
  readonly hypothesis: readonly string[];
  readonly probabilities: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

/** Reads every pair, in order; `see` gets one reading after the other. The parameters stay the caller's. */
async function predictPairs(
  model: CompiledEntailment,
  parameters: NamedArrays,
  pairs: LabelledPairs,
  batchSize: number,
  see: (reading: PairPrediction, index: number) => void,
): Promise<void> {
  for (const plan of batchPairs(pairs, batchSize)) {
    const { batch, labels, counted } = pairArrays(pairs, plan, batchSize);
    tree.dispose([labels, counted]);
    const { logits, weights } = await model.read(tree.ref(parameters), batch);
    const classes = logits.shape[1]!;
    const allLogits = (await logits.data()) as Float32Array;
    const allWeights = (await weights.data()) as Float32Array;
    plan.pairs.forEach((index, row) => {
      const logs = logSoftmax(allLogits.subarray(row * classes, (row + 1) * classes));
      const premise = rowLength(pairs.premises, index);
      const hypothesis = rowLength(pairs.hypotheses, index);
      const rows = Array.from({ length: hypothesis }, (_, j) => {
        const at = (row * plan.hypothesis + j) * plan.premise;
        return allWeights.subarray(at, at + premise);
      });
      see({ probabilities: logs.map(Math.exp), loss: -logs[pairs.labels[index]!]!, weights: rows }, index);
    });
  }
}

const chosen = (probabilities: readonly number[]) => probabilities.indexOf(Math.max(...probabilities));

async function judge(model: CompiledEntailment, parameters: NamedArrays, pairs: LabelledPairs, batchSize: number) {
  let loss = 0;
  let right = 0;
  await predictPairs(model, parameters, pairs, batchSize, (reading, index) => {
    loss += reading.loss;
    if (chosen(reading.probabilities) === pairs.labels[index]) right++;
  });
  return { loss: loss / pairs.labels.length, accuracy: right / pairs.labels.length };
}

/** Accuracy and what the attention of hypothesis words looks like, over a split. */
async function testScores(model: CompiledEntailment, parameters: NamedArrays, pairs: LabelledPairs, batchSize: number) {
  const answers: number[] = [];
  let loss = 0;
  const statistics: ReturnType<typeof attentionStatistics>[] = [];
  await predictPairs(model, parameters, pairs, batchSize, (reading, index) => {
    loss += reading.loss;
    answers[index] = chosen(reading.probabilities);
    const rows = reading.weights.filter((row) => row.length > 0).map((row) => attentionStatistics(row));
    if (rows.length > 0) statistics.push(meanAttentionStatistics(rows));
  });
  const count = pairs.labels.length;
  const rows = answers.map((answer, i) => Number(answer === pairs.labels[i]));
  const right = rows.reduce((sum, one) => sum + one, 0);
  return {
    scores: { accuracy: right / count, loss: loss / count, ...meanAttentionStatistics(statistics) },
    items: { texts: answers.map((answer) => ENTAILMENT_LABELS[answer]!), rows, width: 1 },
  };
}

const number = (config: RunConfig, name: string) => config.settings[name] as number;

/** Trains, scores and explains; see `Study.train`. */
export async function trainEntailment(
  config: RunConfig,
  data: EntailmentData,
  folder: string,
  { onProgress, initial, turn }: TrainOptions,
): Promise<RunResult> {
  const { seed, mapping, mappingOptions, settings } = config;
  const batchSize = number(config, "batchSize");
  const kind = entailmentModels[settings["model"] as string]!;
  const shapes = kind.shapes({
    vocabulary: data.vocabulary,
    embedding: number(config, "embeddingSize"),
    hidden: number(config, "hiddenSize"),
    labels: ENTAILMENT_LABELS.length,
  });
  const model = compileEntailment(kind, {
    mapping,
    mappingOptions: mappingOptions as AttenderOptions,
    wordDropout: number(config, "wordDropout"),
    featureDropout: number(config, "featureDropout"),
    smoothing: number(config, "smoothing"),
  });
  const { train, dev, test } = data.pairs;
  const start = (): NamedTensors => ({
    ...initialTensors(shapes, seed),
    embedding: { shape: shapes["embedding"]!.shape, values: data.vectors },
  });
  try {
    const fitted = await fit<NamedArrays, PairBatchPlan>({
      seed,
      epochs: number(config, "epochs"),
      patience: number(config, "patience"),
      shapes,
      folder,
      initial: () => initial ?? start(),
      batches: (epoch) => batchPairs(train, batchSize, uniformNumbers(foldIn(seed, "order", epoch))),
      count: ({ pairs }) => pairs.length,
      gradient: (parameters, plan, key) => {
        const { batch, labels, counted } = pairArrays(train, plan, batchSize);
        return model.gradient(parameters, batch, labels, counted, key);
      },
      evaluate: (parameters) => judge(model, parameters, dev, batchSize),
      learningRate: linearDecay(number(config, "learningRate")),
      optimizer: { weightDecay: number(config, "weightDecay"), clip: 5 },
      onProgress,
      schedule: turn,
    });
    const best = toArrays(fitted.best);
    try {
      const { scores, items } = await testScores(model, best, test, batchSize);
      writePredictions(folder, items);
      const shown: EntailmentExample[] = [];
      await predictPairs(model, best, data.shownPairs, batchSize, ({ probabilities, weights }, index) => {
        const { id, label, premise, hypothesis } = data.shown[index]!;
        shown[index] = {
          id,
          label,
          premise,
          hypothesis,
          probabilities,
          weights: weights.map((row) => Array.from(row)),
        };
      });
      const linked =
        data.linked === null
          ? {}
          : await alignmentScores(data.linked, (see) => predictPairs(model, best, data.linked!.pairs, batchSize, see));
      return {
        config,
        epochs: fitted.epochs,
        bestEpoch: fitted.bestEpoch,
        secondsPerStep: fitted.secondsPerStep,
        scores: { ...scores, ...linked },
        examples: shown,
      };
    } finally {
      tree.dispose(best);
    }
  } finally {
    model.dispose();
  }
}
