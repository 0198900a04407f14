/** What a run's process is told to begin with. The data travels as texts: lists of words would take ten times as long. */
import type { ClassificationData, LabelledText, SpamRunConfig } from "../tasks/run-types.ts";

type PackedText = readonly [id: string, label: number, words: string];

/** A data set in few, long texts. */
export interface PackedData {
  readonly labels: readonly string[];
  readonly checksum: string;
  readonly train: readonly PackedText[];
  readonly dev: readonly PackedText[];
  readonly test: readonly PackedText[];
}

/** The job of one run. */
export interface RunJob {
  readonly config: SpamRunConfig;
  readonly folder: string;
  readonly data: PackedData;
}

/** No word holds a line feed: words come from splitting text at white space. */
const separator = "\n";

function pack({ id, label, words }: LabelledText): PackedText {
  return [id, label, words.join(separator)];
}

function unpack([id, label, words]: PackedText): LabelledText {
  return { id, label, words: words === "" ? [] : words.split(separator) };
}

export function packData({ labels, checksum, train, dev, test }: ClassificationData): PackedData {
  return { labels, checksum, train: train.map(pack), dev: dev.map(pack), test: test.map(pack) };
}

export function unpackData({ labels, checksum, train, dev, test }: PackedData): ClassificationData {
  return { labels, checksum, train: train.map(unpack), dev: dev.map(unpack), test: test.map(unpack) };
}
