/** Sentence pairs to numbers, once for all runs: splits, vocabulary, word vectors, and words in flat arrays that travel. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRte2Alignments, rte2AlignmentFiles, type AlignedPair } from "../../datasets/alignment.ts";
import { ENTAILMENT_LABELS, readSnli, type EntailmentPair, type SnliProtocol } from "../../datasets/snli.ts";
import { sha256 } from "../../datasets/kit/schema.ts";
import { multi30kFiles, readMulti30k } from "../../datasets/multi30k.ts";
import { buildVocabulary, type Vocabulary } from "../../text/vocabulary.ts";
import { tokenize } from "../../text/tokenize.ts";
import { wordVectors } from "../../nn/word-vectors.ts";
import { raggedArray, type RaggedArray } from "../../base/ragged.ts";
import type { TaskData } from "../task.ts";

/** Sentence i of the hypotheses is judged by sentence i of the premises. */
export interface LabelledPairs {
  readonly premises: RaggedArray;
  readonly hypotheses: RaggedArray;
  /** Indices into ENTAILMENT_LABELS. */
  readonly labels: Uint8Array;
}

/** Words of a pair as they are read. */
export interface PairWords {
  readonly premise: readonly string[];
  readonly hypothesis: readonly string[];
}

export interface ShownPair extends PairWords {
  readonly id: string;
  readonly label: number;
}

/** Pairs whose words people linked; hypothesis words to premise words. */
export interface AlignedPairs {
  readonly pairs: LabelledPairs;
  readonly links: readonly Pick<AlignedPair, "sure" | "possible">[];
}

export interface EntailmentData extends TaskData {
  readonly vocabulary: number;
  readonly pairs: { readonly train: LabelledPairs; readonly dev: LabelledPairs; readonly test: LabelledPairs };
  /** [vocabulary, embedding]: where the embedding starts. */
  readonly vectors: Float32Array<ArrayBuffer>;
  readonly shown: readonly ShownPair[];
  readonly shownPairs: LabelledPairs;
  /** Null where the data folder has no alignments. */
  readonly linked: AlignedPairs | null;
}

export interface EntailmentOptions {
  readonly protocol: SnliProtocol;
  readonly maxWords: number;
  readonly vocabularySize: number;
  readonly embeddingSize: number;
}

interface LabelledWords extends PairWords {
  readonly label: number;
}

function labelledPairs(pairs: readonly LabelledWords[], vocabulary: Vocabulary): LabelledPairs {
  return {
    premises: raggedArray(pairs.map(({ premise }) => vocabulary.encode(premise))),
    hypotheses: raggedArray(pairs.map(({ hypothesis }) => vocabulary.encode(hypothesis))),
    labels: Uint8Array.from(pairs, ({ label }) => label),
  };
}

/** Captions that may pretrain the word vectors, with the checksum of their file; none when the folder has none. */
function captions(folder: string): { sentences: string[][]; checksum: string } {
  if (!existsSync(join(folder, multi30kFiles.train.path))) return { sentences: [], checksum: "" };
  const { train, checksum } = readMulti30k(folder);
  return { sentences: train.map(({ en }) => tokenize(en)), checksum };
}

function alignments(folder: string): readonly AlignedPair[] {
  return existsSync(join(folder, rte2AlignmentFiles.test.path)) ? readRte2Alignments(folder).test : [];
}

const SHOWN = 6;

/** The first pairs of the test set that differ in premise, two of each label, long enough to be worth a look. */
function chooseShown(pairs: readonly LabelledWords[]): number[] {
  const premises = new Set<string>();
  const perLabel = new Map<number, number>();
  const chosen: number[] = [];
  for (const [i, { premise, hypothesis, label }] of pairs.entries()) {
    const text = premise.join(" ");
    const taken = perLabel.get(label) ?? 0;
    if (taken >= SHOWN / 3 || premises.has(text) || premise.length > 18 || premise.length < 8 || hypothesis.length < 4)
      continue;
    premises.add(text);
    perLabel.set(label, taken + 1);
    chosen.push(i);
    if (chosen.length === SHOWN) break;
  }
  return chosen.sort((a, b) => pairs[a]!.label - pairs[b]!.label || a - b);
}

/** Reads SNLI, the captions and the alignments that `folder` has. Throws a DataError. */
export function prepareEntailment(folder: string, options: EntailmentOptions): EntailmentData {
  const { maxWords, vocabularySize, embeddingSize } = options;
  const snli = readSnli(folder, { protocol: options.protocol });
  const cut = (text: string) => tokenize(text).slice(0, maxWords);
  const read = ({ premise, hypothesis, label }: EntailmentPair): LabelledWords => ({
    premise: cut(premise),
    hypothesis: cut(hypothesis),
    label: ENTAILMENT_LABELS.indexOf(label),
  });
  const [train, dev, test] = [snli.train, snli.dev, snli.test].map((pairs) => pairs.map(read)) as [
    LabelledWords[],
    LabelledWords[],
    LabelledWords[],
  ];
  const unlabelled = captions(folder);
  // A premise stands in several pairs; as company of words it counts once.
  const premises = new Map(train.map(({ premise }) => [premise.join(" "), premise]));
  const plain = [...premises.values(), ...train.map(({ hypothesis }) => hypothesis), ...unlabelled.sentences];
  const vocabulary = buildVocabulary(plain, { maxSize: vocabularySize });
  const vectors = wordVectors(
    plain.map((words) => vocabulary.encode(words)),
    vocabulary.size,
    { dimension: embeddingSize },
  );
  const linked = alignments(folder);
  // Links are to whole sentences, however long these are.
  const lower = (words: readonly string[]) => words.map((word) => word.toLowerCase());
  const linkedWords = linked.map(({ source, target }) => ({
    premise: lower(source),
    hypothesis: lower(target),
    label: 0,
  }));
  const shown = chooseShown(test).map((i) => ({ ...test[i]!, id: snli.test[i]!.id }));
  const captionNote =
    unlabelled.sentences.length === 0
      ? "word vectors start from the training pairs alone"
      : `word vectors start from the training pairs and ${unlabelled.sentences.length.toLocaleString("en-US")} captions`;
  return {
    checksum: sha256(Buffer.from([snli.checksum, unlabelled.checksum, snli.protocol].join(" "))),
    train: train.length,
    dev: dev.length,
    test: test.length,
    note:
      (snli.protocol === "full"
        ? "The official splits"
        : "The reduced protocol: the first 1,022 training pairs and the official dev set but its last 800 pairs are trained on, these 800 are the dev set") +
      `; ${captionNote}.`,
    vocabulary: vocabulary.size,
    pairs: {
      train: labelledPairs(train, vocabulary),
      dev: labelledPairs(dev, vocabulary),
      test: labelledPairs(test, vocabulary),
    },
    vectors,
    shown,
    shownPairs: labelledPairs(shown, vocabulary),
    linked:
      linked.length === 0
        ? null
        : {
            pairs: labelledPairs(linkedWords, vocabulary),
            links: linked.map(({ sure, possible }) => ({ sure, possible })),
          },
  };
}

const NO_PAIRS: LabelledPairs = {
  premises: raggedArray([]),
  hypotheses: raggedArray([]),
  labels: new Uint8Array(0),
};

/** The data with the dev split in the test split's place, for runs that choose options. */
export function withoutTest(data: EntailmentData): EntailmentData {
  return {
    ...data,
    checksum: sha256(Buffer.from(`${data.checksum} dev for test`)),
    test: data.dev,
    pairs: { ...data.pairs, test: data.pairs.dev },
    shown: [],
    shownPairs: NO_PAIRS,
    linked: null,
  };
}
