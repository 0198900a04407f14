/** One run of a study that writes sequences: training, what is written for the test set, its scores, and the attention that is shown. */
import { tree } from "@jax-js/jax";
import { attentionStatistics, meanAttentionStatistics, type SufficientStatistics } from "../../metrics/index.ts";
import { initialTensors, toArrays, type NamedArrays } from "../../nn/parameters.ts";
import { foldIn, uniformNumbers } from "../../base/rng.ts";
import { pairArrays, batchPairs, type SequenceBatch } from "./batches.ts";
import { beamSearch, type Hypothesis } from "./beam.ts";
import { checkMechanism, compileSequenceModel, type CompiledSequenceModel } from "./compiled.ts";
import { rowLength } from "../../base/ragged.ts";
import { evaluateTeacherForced } from "./teacher-forcing.ts";
import { withCopyMechanism } from "./copy-mechanism.ts";
import type { AttentionMechanism } from "./cross-attention.ts";
import type { SequenceModel } from "./model.ts";
import { recurrentModel } from "./recurrent.ts";
import { warmupLinearDecay } from "../../training/lr-schedule.ts";
import { tokenizerFromJson } from "../../text/tokenizer.ts";
import { transformerModel } from "./transformer.ts";
import { RunError } from "../../base/run-error.ts";
import { writePredictions } from "../../training/run-dir.ts";
import { fit } from "../../training/fit.ts";
import type { RunConfig, RunResult, TrainOptions } from "../task.ts";
import { alignmentCollector } from "./alignment.ts";
import { attentionOf } from "./attention.ts";
import { mostRead, type Tokenizers, type PreparedSplit, type SequenceData } from "./data.ts";
import { checkSizes, type SequenceSettings } from "./settings.ts";
import { shownText, textOf, type DecodedExample } from "./decoded-text.ts";

export interface DecodedRun {
  readonly texts: readonly DecodedExample[];
  /** The scores in the form in which they are quoted. */
  readonly line: string;
}

/** What a study knows of its texts. */
export interface SequenceTask {
  /** Words may be copied from the source: the vocabulary is joint. */
  readonly copying: boolean;
  /** Targets are mostly at most half as long as their sources. */
  readonly halves: boolean;
  /** Most pieces that are written for a source of a length. */
  readonly mostWords: (sourceLength: number) => number;
  /** Scores of what was written for the test set, and the score of every text that choices are compared by. */
  score(texts: readonly string[], tested: PreparedSplit): DecodedScores;
}

export interface DecodedScores {
  readonly scores: Readonly<Record<string, number>>;
  readonly line: string;
  readonly items: SufficientStatistics;
}

/** Sources decoded together, whatever their length. */
const DECODED = 48;

function modelOf(
  settings: SequenceSettings,
  { source, target }: Tokenizers,
  mechanism: AttentionMechanism,
  copying: boolean,
): SequenceModel {
  const { embeddingSize, hiddenSize, inputFeeding, layers, heads, innerSize, jointVocabulary: joint } = settings;
  const mapped = settings.mapped as "last" | "source" | "all";
  const maker =
    settings.model === "transformer"
      ? transformerModel({ features: embeddingSize, layers, heads, inner: innerSize, mapped })
      : recurrentModel({ embedding: embeddingSize, hidden: hiddenSize, inputFeeding });
  const model = maker({ source: source.size, target: target.size, joint }, mechanism);
  checkMechanism(model, mechanism);
  return copying ? withCopyMechanism(model) : model;
}

/** The model, or a RunError that says in one line why there is none. */
function modelOrError(...given: Parameters<typeof modelOf>): SequenceModel {
  try {
    return modelOf(...given);
  } catch (error) {
    if (error instanceof RangeError) throw new RunError(error.message);
    throw error;
  }
}

/** What is written for a split, in order. The parameters stay the caller's. */
async function write(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  { pairs, sources }: PreparedSplit,
  settings: SequenceSettings,
  codecs: Tokenizers,
  { mostWords }: SequenceTask,
  onWritten: (done: number) => void,
) {
  const { beams, lengthPenalty, copyUnknowns } = settings;
  const longest = mostRead(settings);
  const written = await beamSearch(model, parameters, pairs.source, {
    rows: Math.min(DECODED, Math.max(1, sources.length)),
    beams,
    lengthPenalty,
    mostWords: (length) => Math.min(longest, mostWords(length)),
    unknowns: copyUnknowns,
    onWritten,
  });
  return { written, texts: written.map((one, i) => textOf(one, sources[i]!, codecs)) };
}

/** Statistics of the weights of every word written, averaged over sentences. */
function weightStatistics(written: readonly Hypothesis[]) {
  const each = written.flatMap(({ weights }) => {
    const rows = weights.filter(({ length }) => length > 0);
    return rows.length === 0 ? [] : [meanAttentionStatistics(rows.map((row) => attentionStatistics(row)))];
  });
  return each.length === 0 ? {} : meanAttentionStatistics(each);
}

/** The most memory that the process has held, in mebibytes. */
const peakMegabytes = () => process.resourceUsage().maxRSS / 1024;

/** Trains, writes and scores; see `Study.train`. */
export async function trainSequences(
  config: RunConfig,
  settings: SequenceSettings,
  data: SequenceData,
  task: SequenceTask,
  folder: string,
  { onProgress, turn, initial }: TrainOptions,
): Promise<RunResult> {
  const { seed } = config;
  const { batchTokens } = settings;
  const { copying, halves } = task;
  const mechanism = attentionOf({ mapping: config.mapping, options: config.mappingOptions });
  const codecs = { source: tokenizerFromJson(data.codecs.source), target: tokenizerFromJson(data.codecs.target) };
  checkSizes(settings, copying);
  const design = modelOrError(settings, codecs, mechanism, copying);
  const { shapes } = design;
  const { training, development, tested, linked } = data;
  const model = compileSequenceModel(design, mechanism, { ...settings, copying });
  try {
    const fitted = await fit<NamedArrays, SequenceBatch>({
      seed,
      epochs: settings.epochs,
      patience: settings.patience,
      shapes,
      folder,
      initial: () => initial ?? initialTensors(shapes, seed),
      batches: (epoch) => {
        const uniform = uniformNumbers(foldIn(seed, "order", epoch));
        return batchPairs(training, batchTokens, { uniform, halves });
      },
      count: ({ pairs }) => pairs.reduce((sum, index) => sum + rowLength(training.target, index) + 1, 0),
      gradient: (parameters, plan, key) => model.gradient(parameters, pairArrays(training, plan, mechanism), key),
      evaluate: (parameters) => evaluateTeacherForced(model, parameters, development.pairs, batchTokens, { halves }),
      learningRate: warmupLinearDecay(settings.learningRate, config.startedFrom === undefined ? settings.warmUp : 0),
      optimizer: { beta2: 0.98, clip: settings.clip, weightDecay: settings.weightDecay },
      average: settings.average,
      onProgress,
      schedule: turn,
    });
    const best = toArrays(fitted.best);
    try {
      const { loss, accuracy } = await evaluateTeacherForced(model, best, tested.pairs, batchTokens, { halves });
      const began = performance.now();
      const { epochs } = settings;
      const { length: of } = tested.sources;
      const onWritten = (done: number) => {
        onProgress?.({
          epoch: epochs,
          epochs,
          step: 1,
          steps: 1,
          loss: fitted.epochs.at(-1)!.trainLoss,
          written: { done, of },
        });
      };
      onWritten(0);
      const { written, texts } = await write(model, best, tested, settings, codecs, task, onWritten);
      const writingSeconds = (performance.now() - began) / 1000;
      const { scores, line, items } = task.score(texts, tested);
      writePredictions(folder, { texts, width: items.width, rows: Array.from(items.rows) });
      const links: Record<string, number> = {};
      if (linked !== null) {
        const { see, scores: linkScores } = alignmentCollector(linked);
        await evaluateTeacherForced(model, best, linked.pairs, batchTokens, { see, halves });
        const { aer, precision, recall } = linkScores();
        Object.assign(links, { alignmentError: aer, alignmentPrecision: precision, alignmentRecall: recall });
      }
      const shown: DecodedRun = {
        texts: data.shown.map((index) => {
          const [source, reference] = [tested.sources[index]!, tested.references[index]![0]!];
          return shownText(written[index]!, { source, reference }, codecs);
        }),
        line,
      };
      return {
        config,
        epochs: fitted.epochs,
        bestEpoch: fitted.bestEpoch,
        secondsPerStep: fitted.secondsPerStep,
        scores: {
          ...scores,
          loss,
          accuracy,
          ...weightStatistics(written),
          ...links,
          writingSeconds,
          peakMegabytes: peakMegabytes(),
        },
        examples: shown,
      };
    } finally {
      tree.dispose(best);
    }
  } finally {
    model.dispose();
  }
}
