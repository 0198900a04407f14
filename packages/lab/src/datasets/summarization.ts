/**
 * Short versions of texts: Google sentence compression (Filippova and Altun 2013), Gigaword and DUC 2004 (Rush et al. 2015), SciTLDR
 * (Cachola et al. 2020), and the synopses of Debian packages.
 */

import { join } from "node:path";
import { DataError } from "../base/data-error.ts";
import { setPath } from "./kit/data-folder.ts";
import {
  checksumOf,
  filled,
  readRows,
  readSplits,
  recordsFile,
  tableFile,
  type ReadOptions,
  type SetFile,
  type SetRows,
  type Splits,
} from "./kit/schema.ts";

/** A text and its summary; both as they stand in the file. */
export interface TextSummary {
  readonly text: string;
  readonly summary: string;
}

const compressions = (split: string) =>
  tableFile({
    set: "sentence-compression",
    path: `summarization/google_sentcomp_${split}.tsv.gz`,
    columns: ["sentence", "compression"],
    row: ({ sentence, compression }, fault): TextSummary => ({
      text: filled("sentence", sentence, fault),
      summary: filled("compression", compression, fault),
    }),
  });

export const compressionFiles = {
  train: compressions("train"),
  dev: compressions("dev"),
  test: compressions("test_vectorized"),
};

/** Sentences of news and their compressions by deletion, tokens apart by blanks, in lower case. */
export function readSentenceCompression(folder: string): Splits<typeof compressionFiles> {
  return readSplits(folder, compressionFiles);
}

/** A plain file with a text on every line. */
function linesFile(set: string, path: string): SetFile<string> {
  return {
    path,
    read: (folder, options) =>
      readRows(setPath(folder, path, { set, byHand: true }), (text, fault) => filled("text", text, fault), options),
  };
}

type ReadFile<Row> = readonly [SetFile<Row>, SetRows<Row>];

function readEach<const Name extends string>(
  folder: string,
  files: Readonly<Record<Name, SetFile<string>>>,
  options: (name: Name) => ReadOptions = () => ({}),
): Record<Name, ReadFile<string>> {
  const names = Object.keys(files) as Name[];
  return Object.fromEntries(
    names.map((name) => [name, [files[name], files[name].read(folder, options(name))] as const]),
  ) as Record<Name, ReadFile<string>>;
}

/** Line i of one file goes with line i of each other. */
function mustGoTogether(folder: string, first: ReadFile<string>, ...others: readonly ReadFile<string>[]): void {
  const odd = others.find(([, { rows }]) => rows.length !== first[1].rows.length);
  if (odd === undefined) return;
  throw new DataError(
    `${join(folder, odd[0].path)} has ${odd[1].rows.length} lines, but ${first[0].path} has ${first[1].rows.length}; they must go together line by line`,
  );
}

function pairsOf(folder: string, articles: ReadFile<string>, titles: ReadFile<string>): TextSummary[] {
  mustGoTogether(folder, articles, titles);
  return articles[1].rows.map((text, i) => ({ text, summary: titles[1].rows[i]! }));
}

const gigawordLines = (file: string) => linesFile("gigaword", `summarization/gigaword/${file}.txt`);

/** The files that Rush et al. (2015) make of the licensed corpus, by the names they give them. */
export const gigawordFiles = {
  trainArticles: gigawordLines("train.article"),
  trainTitles: gigawordLines("train.title"),
  devArticles: gigawordLines("valid.article.filter"),
  devTitles: gigawordLines("valid.title.filter"),
  testArticles: gigawordLines("input"),
  testTitles: gigawordLines("task1_ref0"),
};

export interface GigawordData {
  readonly train: readonly TextSummary[];
  readonly dev: readonly TextSummary[];
  readonly test: readonly TextSummary[];
  readonly checksum: string;
}

export interface GigawordOptions {
  /** Pairs of the 3.8 million for training that are read; default all. */
  readonly mostTrain?: number;
}

/**
 * First sentences of articles and their headlines, from a local folder: Gigaword is licensed (LDC2012T21).
 * @throws DataError with file and line, or when articles and titles do not go together.
 */
export function readGigaword(
  folder: string,
  { mostTrain = Number.POSITIVE_INFINITY }: GigawordOptions = {},
): GigawordData {
  const files = readEach(folder, gigawordFiles, (name) => (name.startsWith("train") ? { most: mostTrain } : {}));
  return {
    train: pairsOf(folder, files.trainArticles, files.trainTitles),
    dev: pairsOf(folder, files.devArticles, files.devTitles),
    test: pairsOf(folder, files.testArticles, files.testTitles),
    checksum: checksumOf(Object.values(files)),
  };
}

const ducLines = (file: string) => linesFile("duc2004", `summarization/duc2004/${file}.txt`);

export const ducFiles = {
  input: ducLines("input"),
  reference0: ducLines("task1_ref0"),
  reference1: ducLines("task1_ref1"),
  reference2: ducLines("task1_ref2"),
  reference3: ducLines("task1_ref3"),
};

export interface DucDocument {
  readonly text: string;
  /** By four people. */
  readonly summaries: readonly string[];
}

export interface DucData {
  readonly test: readonly DucDocument[];
  readonly checksum: string;
}

/** Task 1 of DUC 2004, 500 first sentences with four references each, from a local folder: the data are licensed by NIST. */
export function readDuc2004(folder: string): DucData {
  const files = readEach(folder, ducFiles);
  const { input, ...references } = files;
  const read = Object.values(references);
  mustGoTogether(folder, input, ...read);
  return {
    test: input[1].rows.map((text, i) => ({ text, summaries: read.map(([, { rows }]) => rows[i]!) })),
    checksum: checksumOf(Object.values(files)),
  };
}

export interface SciTldrPaper {
  readonly id: string;
  readonly title: string;
  /** The sentences of the abstract. */
  readonly text: readonly string[];
  /** One summary for training; one or more for dev and test. */
  readonly summaries: readonly string[];
}

const papers = (split: string) =>
  recordsFile({
    set: "scitldr",
    path: `summarization/scitldr_${split}.jsonl.gz`,
    row: (record, fault): SciTldrPaper => {
      const [text, summaries] = [record.texts("text"), record.texts("summaries")];
      if (text.length === 0) throw fault('member "text" is empty');
      if (summaries.length === 0) throw fault('member "summaries" is empty');
      return { id: record.text("id"), title: record.text("title"), text, summaries };
    },
  });

export const sciTldrFiles = { train: papers("train"), dev: papers("dev"), test: papers("test") };

/** SciTLDR-A: abstracts of 1,992, 619 and 618 papers with summaries of one sentence. */
export function readSciTldr(folder: string): Splits<typeof sciTldrFiles> {
  return readSplits(folder, sciTldrFiles);
}

export interface PackageSynopsis extends TextSummary {
  readonly package: string;
}

const synopses = (split: string) =>
  tableFile({
    set: "debian-descriptions",
    byHand: true,
    path: `summarization/debian_descriptions_${split}.tsv.gz`,
    columns: ["package", "synopsis", "description"],
    row: ({ package: name, synopsis, description }, fault): PackageSynopsis => ({
      package: filled("package", name, fault),
      text: filled("description", description, fault),
      summary: filled("synopsis", synopsis, fault),
    }),
  });

export const debianFiles = { train: synopses("train"), dev: synopses("dev"), test: synopses("test") };

/** Descriptions of Debian packages and their synopses; packages of one family are in one split. */
export function readDebianDescriptions(folder: string): Splits<typeof debianFiles> {
  return readSplits(folder, debianFiles);
}
