/** Pairs of texts to numbers, once for all runs: vocabularies, pieces in flat arrays that travel between processes, references. */
import { DataError } from "../../base/data-error.ts";
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";
import { raggedArray, type RaggedPairs } from "../../base/ragged.ts";
import { trainTokenizer, type TokenizerJson, type Tokenizer } from "../../text/tokenizer.ts";
import type { TaskData } from "../task.ts";
import type { AlignedText } from "./alignment.ts";
import type { SequenceSettings } from "./settings.ts";

/** A text and what is to be written for it; several references where people gave several. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
  readonly others?: readonly string[];
}

/** A split with its texts as they were written. */
export interface PreparedSplit {
  readonly pairs: RaggedPairs;
  readonly sources: readonly string[];
  /** One or more of every source. */
  readonly references: readonly (readonly string[])[];
}

export interface SequenceData extends TaskData {
  readonly codecs: { readonly source: TokenizerJson; readonly target: TokenizerJson };
  readonly training: RaggedPairs;
  readonly development: PreparedSplit;
  readonly tested: PreparedSplit;
  /** Texts of `tested` that the report shows. */
  readonly shown: readonly number[];
  /** Null where nothing is known of which words belong together. */
  readonly linked: AlignedText | null;
}

/** The splits of a study's texts. */
export interface TextSplits {
  readonly train: readonly TextPair[];
  readonly dev: readonly TextPair[];
  readonly test: readonly TextPair[];
  /** What was read, in a sentence or two. */
  readonly note: string;
}

export interface Tokenizers {
  readonly source: Tokenizer;
  readonly target: Tokenizer;
}

/** How many times longer than those trained on texts may be that are read. */
const READ_TIMES = 4;
const SHOWN = 4;

/** Most pieces that are read of a text. */
export const mostRead = ({ maxTokens }: Pick<SequenceSettings, "maxTokens">): number => READ_TIMES * maxTokens;

function encodePairs(pairs: readonly TextPair[], { source, target }: Tokenizers, most: number) {
  let cut = 0;
  const ids = (codec: Tokenizer, text: string) => {
    const all = codec.encode(text).ids;
    if (all.length > most) cut++;
    return all.subarray(0, most);
  };
  const encoded = pairs.map((pair) => ({ source: ids(source, pair.source), target: ids(target, pair.target) }));
  return { encoded, cut };
}

const flatPairs = (encoded: readonly { source: Int32Array; target: Int32Array }[]): RaggedPairs => ({
  source: raggedArray(encoded.map(({ source }) => source)),
  target: raggedArray(encoded.map(({ target }) => target)),
});

function learnCodecs(train: readonly TextPair[], settings: SequenceSettings): Tokenizers {
  const { pieces, vocabularySize: size, jointVocabulary } = settings;
  const kind = pieces as "subwords" | "words";
  const texts = (side: "source" | "target") => train.map((pair) => pair[side]);
  if (jointVocabulary) {
    const both = trainTokenizer([...texts("source"), ...texts("target")], { kind, size });
    return { source: both, target: both };
  }
  return {
    source: trainTokenizer(texts("source"), { kind, size }),
    target: trainTokenizer(texts("target"), { kind, size }),
  };
}

/** Long enough to have a structure, short enough to be drawn. */
export interface ExampleLengths {
  readonly least: number;
  readonly most: number;
}

/** Texts of middling length, drawn by lot. */
export function sampleExamples({ source }: RaggedPairs, { least, most }: ExampleLengths): number[] {
  const lengths = Array.from({ length: source.starts.length - 1 }, (_, i) => source.starts[i + 1]! - source.starts[i]!);
  const order = shuffled(lengths.length, uniformNumbers(foldIn(1, "shown")));
  const fitting = order.filter((index) => lengths[index]! >= least && lengths[index]! <= most);
  return (fitting.length > 0 ? fitting : order).slice(0, SHOWN);
}

export interface PrepareOptions {
  readonly shown: ExampleLengths;
  /** Most pairs for training, the first that fit; default all. */
  readonly mostTrain?: number;
}

/** What is prepared of the splits; `codecs` are for what the study adds to it. Throws a DataError for a split with nothing to read. */
export function prepareSequences(
  splits: TextSplits,
  settings: SequenceSettings,
  { shown, mostTrain = Infinity }: PrepareOptions,
): { readonly data: Omit<SequenceData, "checksum" | "linked">; readonly codecs: Tokenizers } {
  const { maxTokens } = settings;
  const codecs = learnCodecs(splits.train, settings);
  const most = mostRead(settings);
  const { encoded } = encodePairs(splits.train, codecs, maxTokens + 1);
  const fits = ({ length }: Int32Array) => length >= 1 && length <= maxTokens;
  const fitting = encoded.filter(({ source, target }) => fits(source) && fits(target));
  const kept = fitting.slice(0, mostTrain);
  for (const [name, { length }] of Object.entries({ train: kept, dev: splits.dev, test: splits.test })) {
    const which = name === "train" ? `pair of 1 to ${maxTokens} pieces a side (--max-tokens)` : "pair";
    if (length === 0) throw new DataError(`the ${name} split holds no ${which}: ${splits.note}`);
  }
  const split = (pairs: readonly TextPair[]): PreparedSplit & { cut: number } => {
    const { encoded: all, cut } = encodePairs(pairs, codecs, most);
    return {
      pairs: flatPairs(all),
      sources: pairs.map(({ source }) => source),
      references: pairs.map(({ target, others = [] }) => [target, ...others]),
      cut,
    };
  };
  const { cut: devCut, ...development } = split(splits.dev);
  const { cut: testCut, ...tested } = split(splits.test);
  const left = splits.train.length - fitting.length;
  const { pieces, jointVocabulary } = settings;
  const counted = (value: number) => value.toLocaleString("en-US");
  const vocabularies = jointVocabulary
    ? `one vocabulary of ${counted(codecs.source.size)}`
    : `vocabularies of ${counted(codecs.source.size)} and ${counted(codecs.target.size)}`;
  const note = [
    splits.note,
    `Texts are cut into ${pieces}, with ${vocabularies}.`,
    left === 0 ? "" : `${counted(left)} pairs of more than ${maxTokens} or no pieces were left out of training.`,
    kept.length === fitting.length ? "" : `Of the rest the first ${counted(kept.length)} are trained on.`,
    devCut + testCut === 0 ? "" : `Of ${counted(devCut + testCut)} longer sentences the first ${most} pieces are read.`,
  ];
  return {
    data: {
      train: kept.length,
      dev: splits.dev.length,
      test: splits.test.length,
      note: note.filter((sentence) => sentence !== "").join(" "),
      codecs: { source: codecs.source.json, target: codecs.target.json },
      training: flatPairs(kept),
      development,
      tested,
      shown: sampleExamples(tested.pairs, shown),
    },
    codecs,
  };
}

/** The data with the dev split in the test split's place, without links, which are for the end too. */
export function withHiddenTest<D extends SequenceData>(data: D, shown: ExampleLengths): D {
  const { development, dev } = data;
  return { ...data, tested: development, test: dev, shown: sampleExamples(development.pairs, shown), linked: null };
}
