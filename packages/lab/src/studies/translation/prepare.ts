/** Sentence pairs to numbers, once for all runs: vocabularies, pieces in flat arrays that travel between processes, references. */
import { DataError } from "../../data/data-error.ts";
import { sha256 } from "../../data/sets/set-file.ts";
import { derivedSeed, shuffled, uniformNumbers } from "../../models/random-numbers.ts";
import { flatSentences, type FlatPairs } from "../../seq2seq/flat-sentences.ts";
import { learnCodec, type CodecJson, type TextCodec } from "../../seq2seq/text-codec.ts";
import type { StudyData } from "../study.ts";
import { readLinked, type LinkedText } from "./linked.ts";
import { readCorpus, type TextPair, type TranslationCorpus } from "./corpus.ts";
import type { TranslationSettings } from "./settings.ts";

/** A split with its texts as they were written. */
export interface PreparedSplit {
  readonly pairs: FlatPairs;
  readonly sources: readonly string[];
  readonly references: readonly string[];
}

export interface TranslationData extends StudyData {
  readonly codecs: { readonly source: CodecJson; readonly target: CodecJson };
  readonly training: FlatPairs;
  readonly development: PreparedSplit;
  readonly tested: PreparedSplit;
  /** Sentences of `tested` that the report shows. */
  readonly shown: readonly number[];
  /** Null where the data folder has no alignments of the languages. */
  readonly linked: LinkedText | null;
}

/** How many times longer than those trained on sentences may be that are read. */
const READ_TIMES = 4;
const SHOWN = 4;
/** Pieces of a sentence that is shown: long enough to have a structure, short enough to be drawn. */
const SHOWN_PIECES = { least: 6, most: 18 } as const;

/** Most pieces that are read of a sentence. */
export const mostRead = ({ maxTokens }: Pick<TranslationSettings, "maxTokens">): number => READ_TIMES * maxTokens;

interface Codecs {
  readonly source: TextCodec;
  readonly target: TextCodec;
}

function encodePairs(pairs: readonly TextPair[], { source, target }: Codecs, most: number) {
  let cut = 0;
  const ids = (codec: TextCodec, text: string) => {
    const all = codec.encode(text).ids;
    if (all.length > most) cut++;
    return all.subarray(0, most);
  };
  const encoded = pairs.map((pair) => ({ source: ids(source, pair.source), target: ids(target, pair.target) }));
  return { encoded, cut };
}

const flatPairs = (encoded: readonly { source: Int32Array; target: Int32Array }[]): FlatPairs => ({
  source: flatSentences(encoded.map(({ source }) => source)),
  target: flatSentences(encoded.map(({ target }) => target)),
});

function learnCodecs(train: readonly TextPair[], settings: TranslationSettings): Codecs {
  const { pieces, vocabularySize: size, jointVocabulary } = settings;
  const kind = pieces as "subwords" | "words";
  const texts = (side: keyof TextPair) => train.map((pair) => pair[side]);
  if (jointVocabulary) {
    const both = learnCodec([...texts("source"), ...texts("target")], { kind, size });
    return { source: both, target: both };
  }
  return { source: learnCodec(texts("source"), { kind, size }), target: learnCodec(texts("target"), { kind, size }) };
}

/** Sentences of middling length, drawn by lot. */
function drawShown({ source }: FlatPairs): number[] {
  const { least, most } = SHOWN_PIECES;
  const lengths = Array.from({ length: source.starts.length - 1 }, (_, i) => source.starts[i + 1]! - source.starts[i]!);
  const order = shuffled(lengths.length, uniformNumbers(derivedSeed(1, "shown")));
  const fitting = order.filter((index) => lengths[index]! >= least && lengths[index]! <= most);
  return (fitting.length > 0 ? fitting : order).slice(0, SHOWN);
}

/** Prepares a corpus; `folder` is where alignments are looked for. Throws a DataError for a split with nothing to read. */
export function prepareTranslation(
  corpus: TranslationCorpus,
  folder: string,
  settings: TranslationSettings,
): TranslationData {
  const { maxTokens } = settings;
  const codecs = learnCodecs(corpus.train, settings);
  const most = mostRead(settings);
  const { encoded } = encodePairs(corpus.train, codecs, maxTokens + 1);
  const fits = ({ length }: Int32Array) => length >= 1 && length <= maxTokens;
  const kept = encoded.filter(({ source, target }) => fits(source) && fits(target));
  for (const [name, { length }] of Object.entries({ train: kept, dev: corpus.dev, test: corpus.test })) {
    const which = name === "train" ? `pair of 1 to ${maxTokens} pieces a side (--max-tokens)` : "pair";
    if (length === 0) throw new DataError(`the ${name} split holds no ${which}: ${corpus.note}`);
  }
  const split = (pairs: readonly TextPair[]): PreparedSplit & { cut: number } => {
    const { encoded: all, cut } = encodePairs(pairs, codecs, most);
    return {
      pairs: flatPairs(all),
      sources: pairs.map(({ source }) => source),
      references: pairs.map(({ target }) => target),
      cut,
    };
  };
  const { cut: devCut, ...development } = split(corpus.dev);
  const { cut: testCut, ...tested } = split(corpus.test);
  const linked = readLinked(folder, settings, codecs, most);
  const left = corpus.train.length - kept.length;
  const { pieces, jointVocabulary } = settings;
  const sizes = jointVocabulary ? `${codecs.source.size} together` : `${codecs.source.size} and ${codecs.target.size}`;
  const note = [
    corpus.note,
    `Texts are cut into ${pieces}, ${sizes}.`,
    left === 0 ? "" : `${left} pairs of more than ${maxTokens} or no pieces were left out of training.`,
    devCut + testCut === 0 ? "" : `Of ${devCut + testCut} longer sentences the first ${most} pieces are read.`,
    linked === null ? "" : linked.note,
  ];
  return {
    checksum: sha256(Buffer.from(`${corpus.checksum}\n${linked?.checksum ?? ""}\n`)),
    train: kept.length,
    dev: corpus.dev.length,
    test: corpus.test.length,
    note: note.filter((sentence) => sentence !== "").join(" "),
    codecs: { source: codecs.source.json, target: codecs.target.json },
    training: flatPairs(kept),
    development,
    tested,
    shown: drawShown(tested.pairs),
    linked,
  };
}

/** Reads and prepares the corpus that the settings name. Throws a DataError. */
export function loadTranslation(folder: string, settings: TranslationSettings): TranslationData {
  return prepareTranslation(readCorpus(folder, settings), folder, settings);
}

/** The data with the dev split in the test split's place, without the alignments, which are for the end too. */
export function withoutTest(data: TranslationData): TranslationData {
  const { development, dev } = data;
  return { ...data, tested: development, test: dev, shown: drawShown(development.pairs), linked: null };
}
