/** Sentence pairs by corpus and languages. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadCompilerMessages } from "../../datasets/ts-diagnostics.ts";
import { DataError } from "../../base/data-error.ts";
import { readIwslt17 } from "../../datasets/iwslt17.ts";
import { multi30kFiles, readMulti30k } from "../../datasets/multi30k.ts";
import type { TextPair, TextSplits } from "../seq2seq/data.ts";

export const CORPORA = ["auto", "multi30k", "iwslt17", "ts-diagnostics"] as const;

export type TranslationCorpus = TextSplits;

/** Corpus and languages. */
interface Wanted {
  readonly corpus: string;
  readonly from: string;
  readonly to: string;
}

/** The pairs of rows that hold a sentence in several languages. Throws a DataError for languages that they do not have. */
function pairsOf<Language extends string>(
  name: string,
  languages: readonly Language[],
  { from, to }: Wanted,
): (row: Readonly<Record<Language, string>>) => TextPair {
  for (const [side, language] of Object.entries({ from, to })) {
    if (!languages.includes(language as Language)) {
      throw new DataError(`--${side} is ${JSON.stringify(language)}: ${name} has ${languages.join(", ")}`);
    }
  }
  if (from === to) throw new DataError(`--to is ${JSON.stringify(to)}, as --from is: two languages are needed`);
  return (row) => ({ source: row[from as Language], target: row[to as Language] });
}

function messages({ from, to }: Wanted): TranslationCorpus {
  try {
    const { train, dev, test, checksum, origin } = loadCompilerMessages({ source: from, target: to });
    const note = `Messages of the compiler in the package ${origin.package} ${origin.version} (${origin.licence}), ${from} to ${to}, near-duplicates on one side of the split.`;
    return { train, dev, test, checksum, note };
  } catch (error) {
    // Its ranges are those of the settings.
    if (error instanceof RangeError)
      throw new DataError(error.message.replace(/^source/, "--from").replace(/^target/, "--to"));
    throw error;
  }
}

/** Reads the corpus; `auto` is Multi30k where the folder has it, else the compiler's messages. Throws a DataError. */
export function readCorpus(folder: string, wanted: Wanted): TranslationCorpus {
  const { from, to } = wanted;
  let { corpus } = wanted;
  if (corpus === "auto") corpus = existsSync(join(folder, multi30kFiles.train.path)) ? "multi30k" : "ts-diagnostics";
  if (corpus === "ts-diagnostics") return messages(wanted);
  if (corpus === "iwslt17") {
    const pair = pairsOf("IWSLT'17 as it is read here", ["de", "en"] as const, wanted);
    const { train, dev, test, checksum } = readIwslt17(folder);
    const note = `IWSLT'17 ${from} to ${to} (Cettolo et al. 2017), raw text; dev is dev2010, test is tst2010 to tst2015.`;
    return { train: train.map(pair), dev: dev.map(pair), test: test.map(pair), checksum, note };
  }
  const pair = pairsOf("Multi30k", ["de", "en", "fr"] as const, wanted);
  const { train, dev, test2016, checksum } = readMulti30k(folder);
  const note = `Multi30k ${from} to ${to} (Elliott et al. 2016), official splits, raw text; the test set is test2016.`;
  return { train: train.map(pair), dev: dev.map(pair), test: test2016.map(pair), checksum, note };
}
