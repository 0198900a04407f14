/** The study's texts as numbers, and the baseline. */
import { withHiddenTest, prepareSequences, type SequenceData } from "../seq2seq/data.ts";
import { readCorpus, type SummarizationCorpus } from "./corpus.ts";
import { copiedTokens } from "./copied-tokens.ts";
import { leadLength } from "./lead-baseline.ts";
import { checkSizes } from "../seq2seq/settings.ts";
import type { SummarizationSettings } from "./settings.ts";

/** Pieces of a text that is shown. */
const SHOWN = { least: 12, most: 30 } as const;

export interface SummarizationData extends SequenceData {
  /** Words of the baseline, which copies so many of the text's first. */
  readonly leadWords: number;
}

/** Prepares a corpus. Throws a DataError for a split with nothing to read. */
export function prepareSummarization(corpus: SummarizationCorpus, settings: SummarizationSettings): SummarizationData {
  const { data } = prepareSequences(corpus, settings, { shown: SHOWN, mostTrain: settings.trainPairs });
  const leadWords = leadLength(data.development);
  const linked = corpus.byDeletion ? copiedTokens(data.tested.pairs) : null;
  const lead = `The baseline copies the first ${leadWords} words, the number that is best on the dev set.`;
  return {
    ...data,
    checksum: corpus.checksum,
    note: [data.note, lead, ...(linked === null ? [] : [linked.note])].join(" "),
    linked,
    leadWords,
  };
}

/** Reads and prepares the corpus that the settings name. Throws a DataError, or a RunError for sizes that do not go together. */
export function loadSummarization(folder: string, settings: SummarizationSettings): SummarizationData {
  checkSizes(settings, settings.copying);
  return prepareSummarization(readCorpus(folder, settings), settings);
}

/** The data with the dev split in the test split's place. */
export const withoutTest = (data: SummarizationData): SummarizationData => withHiddenTest(data, SHOWN);
