/** Texts and summaries by corpus. */
import { DataError } from "../../base/data-error.ts";
import { readDebianDescriptions } from "../../datasets/debian-descriptions.ts";
import { readDuc2004, readGigaword } from "../../datasets/gigaword.ts";
import { readSciTldr } from "../../datasets/scitldr.ts";
import { readSentenceCompression, type TextSummary } from "../../datasets/sentence-compression.ts";
import { sha256 } from "../../datasets/kit/schema.ts";
import type { TextPair, TextSplits } from "../seq2seq/data.ts";

export const CORPORA = ["sentence-compression", "gigaword", "scitldr", "debian-descriptions"] as const;

/** Corpus, test set, and numbers of pairs. */
interface Wanted {
  readonly corpus: string;
  readonly testSet: string;
  readonly trainPairs: number;
  readonly devPairs: number;
  readonly testPairs: number;
}

export interface SummarizationCorpus extends TextSplits {
  /** Summaries are made of words of the text, in their order. */
  readonly byDeletion: boolean;
}

/** Of the pairs that do not fit a model some more are read than are trained on. */
const SPARE = 4;

const pairOf = ({ text, summary }: TextSummary): TextPair => ({ source: text, target: summary });

const severalOf = (source: string, summaries: readonly string[]): TextPair => {
  const [target = "", ...others] = summaries;
  return { source, target, others };
};

interface Read {
  readonly train: readonly TextPair[];
  readonly dev: readonly TextPair[];
  readonly test: readonly TextPair[];
  readonly checksum: string;
  readonly note: string;
}

function readTexts(folder: string, { corpus, trainPairs }: Wanted): Read {
  if (corpus === "gigaword") {
    const { train, dev, test, checksum } = readGigaword(folder, { trainLimit: SPARE * trainPairs });
    const note = "First sentences of Gigaword's articles and their headlines, as Rush et al. (2015) prepare them.";
    return { train: train.map(pairOf), dev: dev.map(pairOf), test: test.map(pairOf), checksum, note };
  }
  if (corpus === "scitldr") {
    const { train, dev, test, checksum } = readSciTldr(folder);
    const paper = ({ text, summaries }: { readonly text: readonly string[]; readonly summaries: readonly string[] }) =>
      severalOf(text.join(" "), summaries);
    const note = "SciTLDR-A, abstracts of papers and summaries of one sentence (Cachola et al. 2020), official splits.";
    return { train: train.map(paper), dev: dev.map(paper), test: test.map(paper), checksum, note };
  }
  if (corpus === "debian-descriptions") {
    const { train, dev, test, checksum } = readDebianDescriptions(folder);
    const note = "Descriptions of Debian's packages and their synopses, packages of one family in one split.";
    return { train: train.map(pairOf), dev: dev.map(pairOf), test: test.map(pairOf), checksum, note };
  }
  const { train, dev, test, checksum } = readSentenceCompression(folder);
  const note =
    "Google sentence compression (Filippova and Altun 2013): first sentences of news and their compressions by deletion, in lower case.";
  return { train: train.map(pairOf), dev: dev.map(pairOf), test: test.map(pairOf), checksum, note };
}

/** Reads the corpus. Throws a DataError, also for a test set that does not go with it. */
export function readCorpus(folder: string, settings: Wanted): SummarizationCorpus {
  const { corpus, testSet, devPairs, testPairs } = settings;
  const { train, dev, test, checksum, note } = readTexts(folder, settings);
  const first = (name: string, all: readonly TextPair[], most: number) =>
    all.length <= most
      ? ""
      : ` Of the ${name} set's ${all.length.toLocaleString("en-US")} pairs the first ${most.toLocaleString("en-US")} are used.`;
  const byDeletion = corpus === "sentence-compression";
  if (testSet === "duc2004") {
    if (corpus !== "gigaword") {
      throw new DataError(
        `--test-set is duc2004: its models are trained on headlines (--corpus gigaword), not ${corpus}`,
      );
    }
    const duc = readDuc2004(folder);
    return {
      train,
      dev: dev.slice(0, devPairs),
      test: duc.test.slice(0, testPairs).map(({ text, summaries }) => severalOf(text, summaries)),
      checksum: sha256(Buffer.from(`${checksum}\n${duc.checksum}\n`)),
      note: `${note} The test set is task 1 of DUC 2004, with four references.${first("dev", dev, devPairs)}`,
      byDeletion,
    };
  }
  return {
    train,
    dev: dev.slice(0, devPairs),
    test: test.slice(0, testPairs),
    checksum,
    note: `${note}${first("dev", dev, devPairs)}${first("test", test, testPairs)}`,
    byDeletion,
  };
}
