/** Pairs of texts as numbers: tokenizers, tokens in flat arrays that travel between processes, references. */
import { DataError } from "../../base/data-error.ts";
import { raggedArray, type RaggedPairs } from "../../base/ragged.ts";
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";
import { tokenizerFromJson, trainTokenizer, type Tokenizer, type TokenizerJson } from "../../text/tokenizer.ts";
import { exampleIndices } from "../example-indices.ts";
import type { TaskData } from "../task.ts";
import type { AlignedText } from "./alignment.ts";
import type { SequenceSettings } from "./settings.ts";

/** A text and its target; several references where there are some. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
  readonly others?: readonly string[];
}

/** Encoded pairs. */
export interface SequenceSplit {
  readonly pairs: RaggedPairs;
  /** The sources as texts, and one or more references each; not of the training split. */
  readonly sources?: readonly string[];
  readonly references?: readonly (readonly string[])[];
  /** Pairs with word alignments, for the evaluation of attention; null where there are none. */
  readonly aligned?: AlignedText | null;
}

/** State of the preprocessing; `own`: what a task adds. */
export interface SequenceVocabulary {
  readonly source: TokenizerJson;
  readonly target: TokenizerJson;
  /** Length of the LEAD-n baseline, in summarization. */
  readonly leadWords?: number;
}

export type SequenceData = TaskData<SequenceVocabulary, SequenceSplit>;

/** Splits of texts. */
export interface TextSplits {
  readonly train: readonly TextPair[];
  readonly dev: readonly TextPair[];
  readonly test: readonly TextPair[];
  /** Source, in a sentence or two. */
  readonly note: string;
  readonly checksum: string;
}

export interface Tokenizers {
  readonly source: Tokenizer;
  readonly target: Tokenizer;
}

/** The tokenizers of a vocabulary. */
export const tokenizersOf = ({ source, target }: SequenceVocabulary): Tokenizers => ({
  source: tokenizerFromJson(source),
  target: tokenizerFromJson(target),
});

/** Inputs may be this many times as long as training texts. */
const READ_TIMES = 4;
const EXAMPLES = 4;

/** Number of tokens at which an input is cut. */
export const longestInput = ({ maxLength }: Pick<SequenceSettings, "maxLength">): number => READ_TIMES * maxLength;

function encodePairs(pairs: readonly TextPair[], { source, target }: Tokenizers, most: number) {
  let cut = 0;
  const ids = (tokenizer: Tokenizer, text: string) => {
    const all = tokenizer.encode(text).ids;
    if (all.length > most) cut++;
    return all.subarray(0, most);
  };
  const encoded = pairs.map((pair) => ({ source: ids(source, pair.source), target: ids(target, pair.target) }));
  return { encoded, cut };
}

const raggedPairs = (encoded: readonly { source: Int32Array; target: Int32Array }[]): RaggedPairs => ({
  source: raggedArray(encoded.map(({ source }) => source)),
  target: raggedArray(encoded.map(({ target }) => target)),
});

/** Encoded pairs with their texts, and the number of sides that are cut at `most` tokens. */
export function sequenceSplit(
  pairs: readonly TextPair[],
  tokenizers: Tokenizers,
  most: number,
): { readonly split: Required<Pick<SequenceSplit, "pairs" | "sources" | "references">>; readonly cut: number } {
  const { encoded, cut } = encodePairs(pairs, tokenizers, most);
  return {
    split: {
      pairs: raggedPairs(encoded),
      sources: pairs.map(({ source }) => source),
      references: pairs.map(({ target, others = [] }) => [target, ...others]),
    },
    cut,
  };
}

function trainTokenizers(train: readonly TextPair[], settings: SequenceSettings): Tokenizers {
  const { vocabularySize: size, shareEmbeddings } = settings;
  const kind = settings.tokenizer === "bpe" ? "subwords" : "words";
  const texts = (side: "source" | "target") => train.map((pair) => pair[side]);
  if (shareEmbeddings) {
    const both = trainTokenizer([...texts("source"), ...texts("target")], { kind, size });
    return { source: both, target: both };
  }
  return {
    source: trainTokenizer(texts("source"), { kind, size }),
    target: trainTokenizer(texts("target"), { kind, size }),
  };
}

/** Lengths of examples in tokens: long enough to have a structure, short enough to be drawn. */
export interface ExampleLengths {
  readonly least: number;
  readonly most: number;
}

/** A random sample of texts of middling length. */
export function sampleExamples({ source }: RaggedPairs, { least, most }: ExampleLengths): number[] {
  const lengths = Array.from({ length: source.starts.length - 1 }, (_, i) => source.starts[i + 1]! - source.starts[i]!);
  const order = shuffled(lengths.length, uniformNumbers(foldIn(1, "shown")));
  const fitting = order.filter((index) => lengths[index]! >= least && lengths[index]! <= most);
  return (fitting.length > 0 ? fitting : order).slice(0, EXAMPLES);
}

export interface PrepareOptions {
  readonly lengths: ExampleLengths;
  /** Most training pairs, the first that fit; default all. */
  readonly mostTrain?: number;
  /** Test examples to show, in place of a sample. */
  readonly examples?: readonly number[] | undefined;
}

/** Encodes splits with tokenizers of the training texts. Throws a DataError for a split with nothing to read. */
export function prepareSequences(
  splits: TextSplits,
  settings: SequenceSettings,
  { lengths, mostTrain = Infinity, examples }: PrepareOptions,
): { readonly data: SequenceData; readonly tokenizers: Tokenizers } {
  const { maxLength, shareEmbeddings } = settings;
  const tokenizers = trainTokenizers(splits.train, settings);
  const most = longestInput(settings);
  const { encoded } = encodePairs(splits.train, tokenizers, maxLength + 1);
  const fits = ({ length }: Int32Array) => length >= 1 && length <= maxLength;
  const fitting = encoded.filter(({ source, target }) => fits(source) && fits(target));
  const kept = fitting.slice(0, mostTrain);
  for (const [name, { length }] of Object.entries({ train: kept, dev: splits.dev, test: splits.test })) {
    const which = name === "train" ? `pair of 1 to ${maxLength} tokens per side (--max-length)` : "pair";
    if (length === 0) throw new DataError(`the ${name} split holds no ${which}: ${splits.note}`);
  }
  const dev = sequenceSplit(splits.dev, tokenizers, most);
  const test = sequenceSplit(splits.test, tokenizers, most);
  const shown = exampleIndices(examples, splits.test.length, () => sampleExamples(test.split.pairs, lengths));
  const left = splits.train.length - fitting.length;
  const cut = dev.cut + test.cut;
  const counted = (value: number) => value.toLocaleString("en-US");
  const vocabularies = shareEmbeddings
    ? `a shared vocabulary of ${counted(tokenizers.source.size)}`
    : `vocabularies of ${counted(tokenizers.source.size)} and ${counted(tokenizers.target.size)}`;
  const note = [
    splits.note,
    `Tokens are ${settings.tokenizer === "bpe" ? "BPE subwords" : "words"}, with ${vocabularies}.`,
    left === 0 ? "" : `${counted(left)} pairs of more than ${maxLength} or no tokens were left out of training.`,
    kept.length === fitting.length ? "" : `The first ${counted(kept.length)} of the rest are used for training.`,
    cut === 0 ? "" : `${counted(cut)} longer sentences are cut at ${most} tokens.`,
  ];
  return {
    data: {
      checksum: splits.checksum,
      note: note.filter((sentence) => sentence !== "").join(" "),
      vocabulary: { source: tokenizers.source.json, target: tokenizers.target.json },
      train: { pairs: raggedPairs(kept) },
      dev: dev.split,
      test: test.split,
      examples: sequenceSplit(
        shown.map((index) => splits.test[index]!),
        tokenizers,
        most,
      ).split,
      counts: { train: kept.length, dev: splits.dev.length, test: splits.test.length },
    },
    tokenizers,
  };
}
