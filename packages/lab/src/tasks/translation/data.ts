/** The study's sentences as numbers, and the translations whose words people linked. */
import { sha256 } from "../../datasets/kit/schema.ts";
import { withHiddenTest, prepareSequences, type SequenceData } from "../seq2seq/data.ts";
import { readCorpus, type TranslationCorpus } from "./corpus.ts";
import { readAligned } from "./alignment.ts";
import { checkSizes } from "../seq2seq/settings.ts";
import type { TranslationSettings } from "./settings.ts";

/** Pieces of a sentence that is shown. */
const SHOWN = { least: 6, most: 18 } as const;

/** Prepares a corpus; `folder` is where alignments are looked for. Throws a DataError for a split with nothing to read. */
export function prepareTranslation(
  corpus: TranslationCorpus,
  folder: string,
  settings: TranslationSettings,
): SequenceData {
  const { data, codecs } = prepareSequences(corpus, settings, { shown: SHOWN });
  const linked = readAligned(folder, settings, codecs);
  return {
    ...data,
    checksum: sha256(Buffer.from(`${corpus.checksum}\n${linked?.checksum ?? ""}\n`)),
    note: linked === null ? data.note : `${data.note} ${linked.note}`,
    linked,
  };
}

/** Reads and prepares the corpus that the settings name. Throws a DataError, or a RunError for sizes that do not go together. */
export function loadTranslation(folder: string, settings: TranslationSettings): SequenceData {
  checkSizes(settings);
  return prepareTranslation(readCorpus(folder, settings), folder, settings);
}

/** The data with the dev split in the test split's place. */
export const withoutTest = (data: SequenceData): SequenceData => withHiddenTest(data, SHOWN);
