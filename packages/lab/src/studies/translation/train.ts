/** One run of the study: training, the translations of the test set and their scores, and the attention that the report shows. */
import { tree } from "@jax-js/jax";
import { UNKNOWN } from "../../data/vocabulary.ts";
import { attentionStatistics, bleu, bleuLine, chrf, meanStatistics } from "../../metrics/index.ts";
import { initialTensors, toArrays, type NamedArrays } from "../../models/parameters.ts";
import { derivedSeed, uniformNumbers } from "../../models/random-numbers.ts";
import { pairArrays, planPairs, type SequencePlan } from "../../seq2seq/batches.ts";
import { beamSearch, type Written } from "../../seq2seq/beam.ts";
import { checkMechanism, compileSequenceModel, type CompiledSequenceModel } from "../../seq2seq/compiled.ts";
import { lengthAt, sentenceAt } from "../../seq2seq/flat-sentences.ts";
import { judgeGiven } from "../../seq2seq/given.ts";
import type { Mechanism } from "../../seq2seq/look.ts";
import type { SequenceModel } from "../../seq2seq/model.ts";
import { recurrentModel } from "../../seq2seq/recurrent.ts";
import { warmedRate } from "../../seq2seq/schedule.ts";
import { codecOf, type TextCodec } from "../../seq2seq/text-codec.ts";
import { transformerModel } from "../../seq2seq/transformer.ts";
import { RunError } from "../../runs/run-error.ts";
import { fit } from "../../training/fit.ts";
import type { StudyConfig, StudyResult, StudyTrainOptions } from "../study.ts";
import { linkCollector } from "./linked.ts";
import { mechanismOf } from "./mechanism.ts";
import { mostRead, type PreparedSplit, type TranslationData } from "./prepare.ts";
import { settingsOf, type TranslationSettings } from "./settings.ts";

/** A sentence of the report. */
export interface ShownTranslation {
  readonly source: string;
  readonly reference: string;
  readonly translation: string;
  /** Pieces as they are shown: those of the source, and those written, the end last. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly weights: readonly (readonly number[])[];
}

export interface ShownRun {
  readonly sentences: readonly ShownTranslation[];
  /** BLEU with its signature, in sacreBLEU's form. */
  readonly bleu: string;
}

/** Sources decoded together, whatever their length. */
const DECODED = 48;

interface Codecs {
  readonly source: TextCodec;
  readonly target: TextCodec;
}

/** Throws a RangeError for sizes that do not go together. */
function modelOf(settings: TranslationSettings, { source, target }: Codecs, mechanism: Mechanism): SequenceModel {
  const { embeddingSize, hiddenSize, inputFeeding, layers, heads, innerSize, jointVocabulary: joint } = settings;
  const mapped = settings.mapped as "last" | "source" | "all";
  const maker =
    settings.model === "transformer"
      ? transformerModel({ features: embeddingSize, layers, heads, inner: innerSize, mapped })
      : recurrentModel({ embedding: embeddingSize, hidden: hiddenSize, inputFeeding });
  const model = maker({ source: source.size, target: target.size, joint }, mechanism);
  checkMechanism(model, mechanism);
  return model;
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

/** The text that was written; an unknown piece is the source's word that it looked at most. */
export function textOf({ ids, weights }: Written, source: string, codecs: Codecs): string {
  const unknown = Array.from(ids.entries()).filter(([, id]) => id === UNKNOWN);
  if (unknown.length === 0) return codecs.target.decode(ids);
  const { owners, tokens } = codecs.source.encode(source);
  const copies = unknown.map(([at]): [number, string] => {
    const row = weights[at]!;
    return [at, tokens[owners[row.indexOf(Math.max(...row))]!]!.trim()];
  });
  return codecs.target.decode(ids, new Map(copies));
}

/** Translations of a split, in order. The parameters stay the caller's. */
async function translate(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  { pairs, sources }: PreparedSplit,
  settings: TranslationSettings,
  codecs: Codecs,
) {
  const { beams, lengthPenalty, copyUnknowns } = settings;
  const longest = mostRead(settings);
  const written = await beamSearch(model, parameters, pairs.source, {
    rows: Math.min(DECODED, Math.max(1, sources.length)),
    beams,
    lengthPenalty,
    mostWords: (length) => Math.min(longest, Math.ceil(1.5 * length) + 10),
    unknowns: copyUnknowns,
  });
  return { written, texts: written.map((one, i) => textOf(one, sources[i]!, codecs)) };
}

/** Statistics of the weights of every word written, averaged over sentences. */
function weightStatistics(written: readonly Written[]) {
  const each = written.flatMap(({ weights }) => {
    const rows = weights.filter(({ length }) => length > 0);
    return rows.length === 0 ? [] : [meanStatistics(rows.map((row) => attentionStatistics(row)))];
  });
  return each.length === 0 ? {} : meanStatistics(each);
}

/** Trains, translates and scores; see `Study.train`. */
export async function trainTranslationStudy(
  config: StudyConfig,
  data: TranslationData,
  folder: string,
  { onProgress, initial }: StudyTrainOptions,
): Promise<StudyResult> {
  const settings = settingsOf(config.settings);
  const { seed } = config;
  const { batchTokens } = settings;
  const mechanism = mechanismOf({ mapping: config.mapping, options: config.mappingOptions });
  const codecs = { source: codecOf(data.codecs.source), target: codecOf(data.codecs.target) };
  const design = modelOrError(settings, codecs, mechanism);
  const { shapes } = design;
  const { training, development, tested, linked } = data;
  const model = compileSequenceModel(design, mechanism, settings);
  try {
    const fitted = await fit<NamedArrays, SequencePlan>({
      seed,
      epochs: settings.epochs,
      patience: settings.patience,
      shapes,
      folder,
      initial: () => initial ?? initialTensors(shapes, seed),
      batches: (epoch) => planPairs(training, batchTokens, uniformNumbers(derivedSeed(seed, "order", epoch))),
      count: ({ pairs }) => pairs.reduce((sum, index) => sum + lengthAt(training.target, index) + 1, 0),
      gradient: (parameters, plan, key) => model.gradient(parameters, pairArrays(training, plan, mechanism), key),
      judge: (parameters) => judgeGiven(model, parameters, development.pairs, batchTokens),
      learningRate: warmedRate(settings.learningRate, config.startedFrom === undefined ? settings.warmUp : 0),
      optimiser: { beta2: 0.98, clip: settings.clip, weightDecay: settings.weightDecay },
      average: settings.average,
      onProgress,
    });
    const best = toArrays(fitted.best);
    try {
      const { loss, accuracy } = await judgeGiven(model, best, tested.pairs, batchTokens);
      const { written, texts } = await translate(model, best, tested, settings, codecs);
      const score = bleu(texts, tested.references);
      const links: Record<string, number> = {};
      if (linked !== null) {
        const { see, scores } = linkCollector(linked);
        await judgeGiven(model, best, linked.pairs, batchTokens, see);
        const { errorRate, precision, recall } = scores();
        Object.assign(links, { alignmentError: errorRate, alignmentPrecision: precision, alignmentRecall: recall });
      }
      const sentences = data.shown.map((index): ShownTranslation => {
        const { ids, ended, weights } = written[index]!;
        return {
          source: tested.sources[index]!,
          reference: tested.references[index]!,
          translation: texts[index]!,
          columns: Array.from(sentenceAt(tested.pairs.source, index), codecs.source.shown),
          rows: Array.from(ended ? [...ids, 0] : ids, codecs.target.shown),
          weights: weights.map((row) => Array.from(row)),
        };
      });
      const shown: ShownRun = { sentences, bleu: bleuLine(score) };
      return {
        config,
        epochs: fitted.epochs,
        bestEpoch: fitted.bestEpoch,
        secondsPerStep: fitted.secondsPerStep,
        scores: {
          bleu: score.score,
          chrf: chrf(texts, tested.references).score,
          loss,
          accuracy,
          ...weightStatistics(written),
          ...links,
        },
        shown,
      };
    } finally {
      tree.dispose(best);
    }
  } finally {
    model.dispose();
  }
}
