/**
 * Textual entailment: SNLI (Bowman et al. 2015) in full and in a reduced protocol, its counterfactual pairs (Kaushik et al. 2020), and
 * SICK (Marelli et al. 2014).
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../base/data-error.ts";
import {
  checksumOf,
  filled,
  oneOf,
  readSplits,
  recordsFile,
  tableFile,
  type SetFile,
  type SetRows,
  type Splits,
} from "./kit/schema.ts";

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
  /** Why the label holds, in the words of up to three people (e-SNLI, Camburu et al. 2018); empty where there are none. */
  readonly explanations: readonly string[];
}

/** "-" is SNLI's mark for a pair on which the annotators did not agree. */
export interface RawSnliPair extends Omit<SnliPair, "label"> {
  readonly label: EntailmentLabel | "-";
}

const LABELS_AND_NONE = [...ENTAILMENT_LABELS, "-"] as const;
const set = "snli";

const snliTable = (split: string) =>
  tableFile({
    set,
    path: `entailment/snli_${split}.tsv.gz`,
    columns: ["label", "premise", "hypothesis", "pair_id"],
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
const snliRecords = (split: string, ending: string) =>
  recordsFile({
    set,
    path: `entailment/snli_1.0_${split}.jsonl${ending}`,
    row: (record, fault): RawSnliPair => ({
      label: oneOf("gold_label", record.text("gold_label"), LABELS_AND_NONE, fault),
      premise: filled("sentence1", record.text("sentence1"), fault),
      hypothesis: filled("sentence2", record.text("sentence2"), fault),
      id: record.text("pairID"),
      explanations: [],
    }),
  });

export const snliFiles = {
  dev: snliTable("dev"),
  test: snliTable("test"),
  first: snliTable("train_first1022"),
  train: snliTable("train"),
};

/** The file of a split: the project's table, else the official lines. */
function snliFile(folder: string, split: "train" | "dev" | "test"): SetFile<RawSnliPair> {
  const table = snliFiles[split];
  const others = [snliRecords(split, ".gz"), snliRecords(split, "")];
  return [table, ...others].find(({ path }) => existsSync(join(folder, path))) ?? table;
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

function labelled(pairs: readonly RawSnliPair[]): SnliPair[] {
  return pairs.filter((pair): pair is SnliPair => pair.label !== "-");
}

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
  const train = snliFile(folder, "train");
  const hasTrain = existsSync(join(folder, train.path));
  const full = protocol === "full" || (protocol === "auto" && hasTrain);
  // The start of the training set is also what the training set starts with.
  const trainFile = full || (hasTrain && !existsSync(join(folder, snliFiles.first.path))) ? train : snliFiles.first;
  const files = [trainFile, snliFile(folder, "dev"), snliFile(folder, "test")] as const;
  const contents = files.map((file) => file.read(folder));
  const [trainPairs, devPairs, testPairs] = contents.map(({ rows }, i) => {
    const pairs = labelled(rows);
    if (pairs.length === 0) throw new DataError(`${join(folder, files[i]!.path)}: no pair has a label`);
    return pairs;
  }) as [SnliPair[], SnliPair[], SnliPair[]];
  const checksum = checksumOf(files.map((file, i) => [file, contents[i] as SetRows<unknown>]));
  if (full) return { protocol: "full", train: trainPairs, dev: devPairs, test: testPairs, checksum };
  if (devPairs.length <= REDUCED_DEV) {
    throw new DataError(
      `${join(folder, files[1].path)}: ${devPairs.length} labelled pairs; the reduced protocol needs more than ${REDUCED_DEV}`,
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

export const snliCounterfactualFiles = {
  train: tableFile({
    set: "snli-counterfactual",
    path: "entailment/cad_snli_counterfactual_train.tsv.gz",
    columns: ["label", "premise", "hypothesis"],
    row: ({ label, premise, hypothesis }, fault): EntailmentPair => ({
      label: oneOf("label", label, ENTAILMENT_LABELS, fault),
      premise: filled("premise", premise, fault),
      hypothesis: filled("hypothesis", hypothesis, fault),
    }),
  }),
};

/** SNLI pairs of which a person edited one sentence so that the label changed; an addition to a training set. */
export function readSnliCounterfactual(folder: string): Splits<typeof snliCounterfactualFiles> {
  return readSplits(folder, snliCounterfactualFiles);
}

export interface SickPair extends EntailmentPair {
  readonly id: string;
  /** How related the sentences are, 1 to 5, the mean of ten people. */
  readonly relatedness: number;
}

const sickTable = (split: string) =>
  tableFile({
    set: "sick",
    path: `entailment/sick_${split}.tsv.gz`,
    columns: ["label", "premise", "hypothesis", "relatedness", "id"],
    row: ({ label, premise, hypothesis, relatedness, id }, fault): SickPair => {
      const value = Number(relatedness);
      if (relatedness.trim() === "" || !(value >= 1 && value <= 5))
        throw fault(`column "relatedness" must be a number from 1 to 5, got ${JSON.stringify(relatedness)}`);
      return {
        label: oneOf("label", label, ENTAILMENT_LABELS, fault),
        premise: filled("premise", premise, fault),
        hypothesis: filled("hypothesis", hypothesis, fault),
        relatedness: value,
        id: filled("id", id, fault),
      };
    },
  });

export const sickFiles = { train: sickTable("train"), dev: sickTable("dev"), test: sickTable("test") };

/** SICK's official splits: 4,500, 500 and 4,927 pairs. */
export function readSick(folder: string): Splits<typeof sickFiles> {
  return readSplits(folder, sickFiles);
}
