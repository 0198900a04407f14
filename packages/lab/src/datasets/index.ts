/** Data sets: where they lie, reading them, fetching them, checking them. */

export { readRte2Alignments, readTranslationAlignments } from "./alignment.ts";
export type { AlignedLanguages, AlignedPair, AlignmentLink } from "./alignment.ts";
export { dataSets } from "./catalogue.ts";
export { checkDataSet, presenceOf } from "./kit/check.ts";
export type { CheckedFile, CheckListener, Presence } from "./kit/check.ts";
export { cacheFolder, dataFolder } from "./kit/data-folder.ts";
export type { DataSet, Fetching, RemoteFile } from "./kit/dataset.ts";
export { PICTURE_SIZE, readEasyVqa, VQA_ANSWERS } from "./easy-vqa.ts";
export type { EasyVqaData, EasyVqaSplit, RgbPicture, VqaAnswer, VqaQuestion } from "./easy-vqa.ts";
export { ENTAILMENT_LABELS, readSick, readSnli, readSnliCounterfactual } from "./snli.ts";
export type { EntailmentLabel, EntailmentPair, SickPair, SnliData, SnliOptions, SnliPair } from "./snli.ts";
export { getDataSet } from "./kit/get.ts";
export type { GetOptions, GotFile } from "./kit/get.ts";
export { readImdb, readImdbCounterfactual, readSst2 } from "./imdb.ts";
export type { CounterfactualReview, ImdbData, ImdbReview, LabelledSentence, Sentiment } from "./imdb.ts";
export { readMovieRationales } from "./movie-rationales.ts";
export type { MovieRationales, RationaleReview, TokenSpan } from "./movie-rationales.ts";
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
