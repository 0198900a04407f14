/** Data sets: where they lie, reading them, fetching them, checking them. */

export { readRte2Alignments, readTranslationAlignments } from "./alignment.ts";
export type { AlignedLanguages, AlignedPair, WordLink } from "./alignment.ts";
export { dataSets } from "./catalogue.ts";
export { checkDataSet, presenceOf } from "./check.ts";
export type { CheckedFile, CheckListener, Presence } from "./check.ts";
export { cacheFolder, dataFolder } from "./data-folder.ts";
export type { DataSet, Fetching, RemoteFile } from "./data-set.ts";
export { PICTURE_SIZE, readEasyVqa, VQA_ANSWERS } from "./easy-vqa.ts";
export type { EasyVqaData, EasyVqaSplit, RgbPicture, VqaAnswer, VqaQuestion } from "./easy-vqa.ts";
export { ENTAILMENT_LABELS, readSick, readSnli, readSnliCounterfactual } from "./entailment.ts";
export type { EntailmentLabel, EntailmentPair, SickPair, SnliData, SnliOptions, SnliPair } from "./entailment.ts";
export { getDataSet } from "./get.ts";
export type { GetOptions, GotFile } from "./get.ts";
export { readImdb, readImdbCounterfactual, readSst2 } from "./imdb.ts";
export type { CounterfactualReview, ImdbData, ImdbReview, LabelledSentence, Sentiment } from "./imdb.ts";
export { readMovieRationales } from "./rationales.ts";
export type { MovieRationales, RationaleReview, TokenSpan } from "./rationales.ts";
export {
  readDebianDescriptions,
  readDuc2004,
  readGigaword,
  readSciTldr,
  readSentenceCompression,
} from "./summarization.ts";
export type {
  DucData,
  DucDocument,
  GigawordData,
  GigawordOptions,
  PackageSynopsis,
  SciTldrPaper,
  TextSummary,
} from "./summarization.ts";
export { readIwslt17, readMulti30k } from "./translation.ts";
export type { Multi30kCaption, TalkSentence } from "./translation.ts";
