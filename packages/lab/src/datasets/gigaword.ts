/** First sentences and their headlines as Rush et al. (2015) prepare them: Gigaword, and DUC 2004 to test on. Both are licensed. */

import { join } from "node:path";
import { DataError } from "../base/data-error.ts";
import { manual, type DataSet } from "./kit/dataset.ts";
import { linesFile, readSplits, type SetFile } from "./kit/schema.ts";
import type { TextSummary } from "./sentence-compression.ts";

const lines = (set: string, file: string) => linesFile({ set, manual: true, path: `summarization/${set}/${file}.txt` });
const gigawordLines = (file: string) => lines("gigaword", file);
const ducLines = (file: string) => lines("duc2004", file);

/** By the names that Rush et al. give them. */
const gigawordFiles = {
  trainArticles: gigawordLines("train.article"),
  trainTitles: gigawordLines("train.title"),
  devArticles: gigawordLines("valid.article.filter"),
  devTitles: gigawordLines("valid.title.filter"),
  testArticles: gigawordLines("input"),
  testTitles: gigawordLines("task1_ref0"),
};

const ducReferences = {
  reference0: ducLines("task1_ref0"),
  reference1: ducLines("task1_ref1"),
  reference2: ducLines("task1_ref2"),
  reference3: ducLines("task1_ref3"),
};
const ducFiles = { input: ducLines("input"), ...ducReferences };

type File = SetFile<unknown>;

/** Line i of one file belongs to line i of the other. */
function requireSameLength(
  folder: string,
  [file, rows]: readonly [File, readonly string[]],
  [other, others]: readonly [File, readonly string[]],
): void {
  if (others.length !== rows.length)
    throw new DataError(
      `${join(folder, other.path)} has ${others.length} lines, but ${file.path} has ${rows.length}; they must correspond line by line`,
    );
}

export interface GigawordData {
  readonly train: readonly TextSummary[];
  readonly dev: readonly TextSummary[];
  readonly test: readonly TextSummary[];
  readonly checksum: string;
}

export interface GigawordOptions {
  /** Pairs of the 3.8 million for training that are read; default all. */
  readonly trainLimit?: number;
}

/**
 * First sentences of articles and their headlines (LDC2012T21), from the user's files.
 * @throws DataError with file and line, or when articles and titles do not correspond.
 */
export function readGigaword(
  folder: string,
  { trainLimit = Number.POSITIVE_INFINITY }: GigawordOptions = {},
): GigawordData {
  const data = readSplits(folder, gigawordFiles, { trainArticles: trainLimit, trainTitles: trainLimit });
  const pairs = (split: "train" | "dev" | "test"): TextSummary[] => {
    const [articles, titles] = [data[`${split}Articles`], data[`${split}Titles`]];
    const [articleFile, titleFile] = [gigawordFiles[`${split}Articles`], gigawordFiles[`${split}Titles`]];
    requireSameLength(folder, [articleFile, articles], [titleFile, titles]);
    return articles.map((text, i) => ({ text, summary: titles[i]! }));
  };
  return { train: pairs("train"), dev: pairs("dev"), test: pairs("test"), checksum: data.checksum };
}

export interface DucDocument {
  readonly text: string;
  /** By four annotators. */
  readonly summaries: readonly string[];
}

export interface DucData {
  readonly test: readonly DucDocument[];
  readonly checksum: string;
}

/** Task 1 of DUC 2004, 500 first sentences with four references each, from the user's files. */
export function readDuc2004(folder: string): DucData {
  const { checksum, input, ...references } = readSplits(folder, ducFiles);
  const all = Object.values(references);
  Object.values(ducReferences).forEach((file, i) =>
    requireSameLength(folder, [ducFiles.input, input], [file, all[i]!]),
  );
  return { test: input.map((text, i) => ({ text, summaries: all.map((rows) => rows[i]!) })), checksum };
}

const PREPARED = "prepare it as Rush et al. (2015) do (https://github.com/facebookarchive/NAMAS)";
const LAYOUT = "UTF-8, one text per line, line i of all files of a split together";

export const gigaword: DataSet = {
  name: "gigaword",
  task: "summarization",
  title: "Gigaword headlines (Rush et al. 2015)",
  licence: "LDC licence (LDC2012T21)",
  address: "https://catalog.ldc.upenn.edu/LDC2012T21",
  files: Object.values(gigawordFiles),
  manual: manual(`license Annotated Gigaword from the LDC and ${PREPARED}`, Object.values(gigawordFiles), LAYOUT),
  crossCheck: readGigaword,
};

export const duc2004: DataSet = {
  name: "duc2004",
  task: "summarization",
  title: "DUC 2004 task 1 (Over et al. 2007)",
  licence: "NIST agreement",
  address: "https://duc.nist.gov/duc2004/",
  files: Object.values(ducFiles),
  manual: manual(`sign NIST's agreement and ${PREPARED}`, Object.values(ducFiles), LAYOUT),
  crossCheck: readDuc2004,
};
