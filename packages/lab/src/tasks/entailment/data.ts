/** Sentence pairs as numbers: splits, vocabulary, word vectors, and words in flat arrays that travel between processes. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { raggedArray, type RaggedArray } from "../../base/ragged.ts";
import { readRte2Alignments, rte2AlignmentFiles, type AlignedPair } from "../../datasets/alignment.ts";
import { sha256 } from "../../datasets/kit/schema.ts";
import { ENTAILMENT_LABELS, readSnli, type EntailmentPair, type SnliProtocol } from "../../datasets/snli.ts";
import { multi30kFiles, readMulti30k } from "../../datasets/multi30k.ts";
import { wordVectors } from "../../nn/word-vectors.ts";
import { tokenize } from "../../text/tokenize.ts";
import { buildVocabulary, type Vocabulary, type VocabularyJson } from "../../text/vocabulary.ts";
import { exampleIndices } from "../example-indices.ts";
import type { TaskData } from "../task.ts";

/** Words of a pair as they are read. */
export interface PairWords {
  readonly premise: readonly string[];
  readonly hypothesis: readonly string[];
}

export interface ShownPair extends PairWords {
  readonly id: string;
  /** Null where it is not known. */
  readonly label: number | null;
}

/** Encoded pairs: hypothesis i belongs to premise i. */
export interface PairSplit {
  readonly premises: RaggedArray;
  readonly hypotheses: RaggedArray;
  /** Indices into ENTAILMENT_LABELS. */
  readonly labels: Uint8Array;
  /** The same pairs as they are shown, where they are. */
  readonly shown?: readonly ShownPair[];
  /** Pairs with human word alignments, for the evaluation of attention; null where the data folder has none. */
  readonly aligned?: AlignedPairs | null;
}

/** Pairs whose words annotators aligned; hypothesis words to premise words. */
export interface AlignedPairs {
  readonly pairs: PairSplit;
  readonly links: readonly Pick<AlignedPair, "sure" | "possible">[];
}

export interface EntailmentOptions {
  readonly protocol: SnliProtocol;
  readonly maxLength: number;
  readonly vocabularySize: number;
  readonly embeddingSize: number;
}

type LabelledWords = PairWords & { readonly label: number | null };

/** Encoded pairs; an unknown label counts as 0. */
function pairSplit(pairs: readonly LabelledWords[], { encode }: Pick<Vocabulary, "encode">): PairSplit {
  return {
    premises: raggedArray(pairs.map(({ premise }) => encode(premise))),
    hypotheses: raggedArray(pairs.map(({ hypothesis }) => encode(hypothesis))),
    labels: Uint8Array.from(pairs, ({ label }) => label ?? 0),
  };
}

/** Words of a sentence as the model reads it. */
export const sentenceWords = (text: string, maxLength: number): string[] => tokenize(text).slice(0, maxLength);

/** Encoded pairs with their words. */
export const shownSplit = (pairs: readonly ShownPair[], vocabulary: Pick<Vocabulary, "encode">): PairSplit => ({
  ...pairSplit(pairs, vocabulary),
  shown: pairs,
});

/** Captions that may pretrain the word vectors, with the checksum of their file; none when the folder has none. */
function captions(folder: string): { sentences: string[][]; checksum: string } {
  if (!existsSync(join(folder, multi30kFiles.train.path))) return { sentences: [], checksum: "" };
  const { train, checksum } = readMulti30k(folder);
  return { sentences: train.map(({ en }) => tokenize(en)), checksum };
}

/** Human word alignments of whole sentences, however long these are; null when the folder has none. */
function alignedPairs(folder: string, vocabulary: Vocabulary): AlignedPairs | null {
  if (!existsSync(join(folder, rte2AlignmentFiles.test.path))) return null;
  const all = readRte2Alignments(folder).test;
  if (all.length === 0) return null;
  const lower = (words: readonly string[]) => words.map((word) => word.toLowerCase());
  const words = all.map(({ source, target }) => ({ premise: lower(source), hypothesis: lower(target), label: 0 }));
  return { pairs: pairSplit(words, vocabulary), links: all.map(({ sure, possible }) => ({ sure, possible })) };
}

const EXAMPLES = 6;

/** The first pairs of the test set that differ in premise, two of each label, long enough to be informative. */
function sampleExamples(pairs: readonly LabelledWords[]): number[] {
  const premises = new Set<string>();
  const perLabel = new Map<number, number>();
  const chosen: number[] = [];
  for (const [i, { premise, hypothesis, label }] of pairs.entries()) {
    const text = premise.join(" ");
    const taken = perLabel.get(label!) ?? 0;
    if (taken >= EXAMPLES / 3 || premises.has(text)) continue;
    if (premise.length > 18 || premise.length < 8 || hypothesis.length < 4) continue;
    premises.add(text);
    perLabel.set(label!, taken + 1);
    chosen.push(i);
    if (chosen.length === EXAMPLES) break;
  }
  return chosen.sort((a, b) => pairs[a]!.label! - pairs[b]!.label! || a - b);
}

/** Reads SNLI, the captions and the alignments that `folder` has. `examples`: test pairs to show. Throws a DataError. */
export function readEntailment(
  folder: string,
  { maxLength, vocabularySize, embeddingSize, protocol }: EntailmentOptions,
  examples?: readonly number[],
): TaskData<VocabularyJson, PairSplit> {
  const snli = readSnli(folder, { protocol });
  const read = ({ premise, hypothesis, label }: EntailmentPair): LabelledWords => ({
    premise: sentenceWords(premise, maxLength),
    hypothesis: sentenceWords(hypothesis, maxLength),
    label: ENTAILMENT_LABELS.indexOf(label),
  });
  const [train, dev, test] = [snli.train.map(read), snli.dev.map(read), snli.test.map(read)];
  const unlabelled = captions(folder);
  // A premise stands in several pairs; as context of words it counts once.
  const premises = new Map(train.map(({ premise }) => [premise.join(" "), premise]));
  const plain = [...premises.values(), ...train.map(({ hypothesis }) => hypothesis), ...unlabelled.sentences];
  const vocabulary = buildVocabulary(plain, { maxSize: vocabularySize });
  const vectors = wordVectors(
    plain.map((words) => vocabulary.encode(words)),
    vocabulary.size,
    { dimension: embeddingSize },
  );
  const shown = exampleIndices(examples, test.length, () => sampleExamples(test)).map((i) => ({
    ...test[i]!,
    id: snli.test[i]!.id,
  }));
  const captionNote =
    unlabelled.sentences.length === 0
      ? "word vectors start from the training pairs alone"
      : `word vectors start from the training pairs and ${unlabelled.sentences.length.toLocaleString("en-US")} captions`;
  return {
    checksum: sha256(Buffer.from([snli.checksum, unlabelled.checksum, snli.protocol].join(" "))),
    note:
      (snli.protocol === "full"
        ? "The official splits"
        : "The reduced protocol: the first 1,022 training pairs and the official dev set but its last 800 pairs are trained on, these 800 are the dev set") +
      `; ${captionNote}.`,
    vocabulary: vocabulary.toJSON(),
    train: pairSplit(train, vocabulary),
    dev: pairSplit(dev, vocabulary),
    test: { ...pairSplit(test, vocabulary), aligned: alignedPairs(folder, vocabulary) },
    examples: shownSplit(shown, vocabulary),
    counts: { train: train.length, dev: dev.length, test: test.length },
    pretrained: { embedding: { shape: [vocabulary.size, embeddingSize], values: vectors } },
  };
}
