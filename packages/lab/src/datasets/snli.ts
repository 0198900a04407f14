/** Textual entailment: SNLI (Bowman et al. 2015), in full and in a reduced protocol that needs no training set. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../base/data-error.ts";
import { readUnpacked } from "../base/text-file.ts";
import { zipFile } from "./kit/archive.ts";
import { packTable, sourceLines, type ConvertedFile, type Sources } from "./kit/convert.ts";
import type { DataSet } from "./kit/dataset.ts";
import { checksumOf, filled, oneOf, parseRecord, recordFields, recordsFile, tableFile } from "./kit/schema.ts";
import type { SetFile, SetRows } from "./kit/schema.ts";

/** In the order of their class indices. */
export const ENTAILMENT_LABELS = ["entailment", "neutral", "contradiction"] as const;
export type EntailmentLabel = (typeof ENTAILMENT_LABELS)[number];

/** Two sentences and whether the first entails the second. */
export interface EntailmentPair {
  readonly label: EntailmentLabel;
  readonly premise: string;
  readonly hypothesis: string;
}

export interface SnliPair extends EntailmentPair {
  /** Such as "4705552913.jpg#2r1n": picture, caption, pair. */
  readonly id: string;
  /** Explanations of the label by up to three annotators (e-SNLI, Camburu et al. 2018); empty where there are none. */
  readonly explanations: readonly string[];
}

/** "-" is SNLI's mark for a pair on which the annotators did not agree. */
interface RawSnliPair extends Omit<SnliPair, "label"> {
  readonly label: EntailmentLabel | "-";
}

const LABELS_AND_NONE = [...ENTAILMENT_LABELS, "-"] as const;
const COLUMNS = ["label", "premise", "hypothesis", "pair_id"] as const;
const OFFICIAL_COLUMNS = ["gold_label", "sentence1", "sentence2", "pairID"] as const;
const set = "snli";

const table = (split: string) =>
  tableFile({
    set,
    path: `entailment/snli_${split}.tsv.gz`,
    columns: COLUMNS,
    extra: ["explanation_1", "explanation_2", "explanation_3"],
    row: (
      { label, premise, hypothesis, pair_id: id, explanation_1: first, explanation_2: second, explanation_3: third },
      fault,
    ): RawSnliPair => ({
      label: oneOf("label", label, LABELS_AND_NONE, fault),
      premise: filled("premise", premise, fault),
      hypothesis: filled("hypothesis", hypothesis, fault),
      id: filled("pair_id", id, fault),
      explanations: [first, second, third].filter((text): text is string => text !== undefined && text !== ""),
    }),
  });

/** A file of the official archive, unpacked or gzipped by the user. */
const officialFile = (split: string, ending: string) =>
  recordsFile({
    set,
    path: `entailment/snli_1.0_${split}.jsonl${ending}`,
    row: (record, fault): RawSnliPair => {
      const [label, premise, hypothesis, id] = OFFICIAL_COLUMNS.map(record.text) as [string, string, string, string];
      return {
        label: oneOf("gold_label", label, LABELS_AND_NONE, fault),
        premise: filled("sentence1", premise, fault),
        hypothesis: filled("sentence2", hypothesis, fault),
        id,
        explanations: [],
      };
    },
  });

const files = { dev: table("dev"), test: table("test"), first: table("train_first1022"), train: table("train") };

/** The file of a split: the project's table, else the official lines. */
function fileOf(folder: string, split: "train" | "dev" | "test"): SetFile<RawSnliPair> {
  const candidates = [files[split], officialFile(split, ".gz"), officialFile(split, "")];
  return candidates.find(({ path }) => existsSync(join(folder, path))) ?? files[split];
}

/** reduced: what needs no training set; full: the official splits; auto: full where the training set is there. */
export type SnliProtocol = "reduced" | "full" | "auto";

export interface SnliOptions {
  /** Default "auto". */
  readonly protocol?: SnliProtocol;
}

export interface SnliData {
  readonly protocol: "reduced" | "full";
  readonly train: readonly SnliPair[];
  readonly dev: readonly SnliPair[];
  readonly test: readonly SnliPair[];
  readonly checksum: string;
}

/** Labelled pairs of the official dev set that the reduced protocol keeps for its own dev set: the last ones. */
const REDUCED_DEV = 800;
/** Labelled pairs at the start of the training set that the reduced protocol trains on. */
const REDUCED_FIRST = 1022;

/**
 * SNLI without the pairs that have no label.
 *
 * full: the official splits, 549,367, 9,842 and 9,824 pairs. reduced, for where the training set is not at hand: training on the first
 * 1,022 pairs of train and the dev set except its last 800, which are the dev set (10,064 and 800 pairs); the test set is the same.
 * @throws DataError with file and line, or the missing file; RangeError for an unknown protocol.
 */
export function readSnli(folder: string, { protocol = "auto" }: SnliOptions = {}): SnliData {
  if (!["reduced", "full", "auto"].includes(protocol))
    throw new RangeError(`protocol must be "reduced", "full" or "auto", got ${JSON.stringify(protocol)}`);
  const train = fileOf(folder, "train");
  const hasTrain = existsSync(join(folder, train.path));
  const full = protocol === "full" || (protocol === "auto" && hasTrain);
  // The start of the training set is also what the training set starts with.
  const trainFile = full || (hasTrain && !existsSync(join(folder, files.first.path))) ? train : files.first;
  const chosen = [trainFile, fileOf(folder, "dev"), fileOf(folder, "test")] as const;
  const contents = chosen.map((file) => file.read(folder));
  const [trainPairs, devPairs, testPairs] = contents.map(({ rows }, i) => {
    const pairs = rows.filter((pair): pair is SnliPair => pair.label !== "-");
    if (pairs.length === 0) throw new DataError(`${join(folder, chosen[i]!.path)}: no pair has a label`);
    return pairs;
  }) as [SnliPair[], SnliPair[], SnliPair[]];
  const checksum = checksumOf(chosen.map((file, i) => [file, contents[i] as SetRows<unknown>]));
  if (full) return { protocol: "full", train: trainPairs, dev: devPairs, test: testPairs, checksum };
  if (devPairs.length <= REDUCED_DEV) {
    throw new DataError(
      `${join(folder, chosen[1].path)}: ${devPairs.length} labelled pairs; the reduced protocol needs more than ${REDUCED_DEV}`,
    );
  }
  return {
    protocol: "reduced",
    train: [...trainPairs.slice(0, REDUCED_FIRST), ...devPairs.slice(0, -REDUCED_DEV)],
    dev: devPairs.slice(-REDUCED_DEV),
    test: testPairs,
    checksum,
  };
}

const ARCHIVE = "snli_1.0.zip";

/** snli_1.0_{train,dev,test}.jsonl. */
function* convert(sources: Sources): Generator<ConvertedFile> {
  const path = sources(ARCHIVE);
  const archive = readUnpacked(path);
  for (const split of ["dev", "test", "train"] as const) {
    const name = `snli_1.0_${split}.jsonl`;
    const lines = sourceLines(`${path}:${name}`, zipFile(path, archive, name));
    const rows = function* () {
      for (const { text, fault } of lines)
        yield OFFICIAL_COLUMNS.map(recordFields(parseRecord(text, fault), fault).text);
    };
    yield packTable(files[split].path, COLUMNS, rows());
  }
}

export const snli: DataSet = {
  name: set,
  task: "entailment",
  title: "Stanford Natural Language Inference (Bowman et al. 2015)",
  licence: "CC BY-SA 4.0",
  address: "https://nlp.stanford.edu/projects/snli/",
  files: [files.dev, files.test],
  optional: [files.train, files.first],
  download: {
    remote: [
      {
        name: ARCHIVE,
        url: `https://nlp.stanford.edu/projects/snli/${ARCHIVE}`,
        bytes: 94550081,
        checksum: { sha256: "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e" },
      },
    ],
    convert,
    produces: { [files.train.path]: 550152, [files.dev.path]: 10000, [files.test.path]: 10000 },
  },
};
