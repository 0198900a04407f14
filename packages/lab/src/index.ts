/** fenchel-lab: data, training, comparison, explanation and reports as functions; the command `fenchel` is made of them. */
export {
  measureSteps,
  type MappingSteps,
  type StepsOptions,
  type StepsRequest,
  type StepsResult,
} from "./bench/steps.ts";
export { compareTask, type CompareOptions, type Comparison, type Stage } from "./compare/compare.ts";
export { planRuns, runPlan, type ComparisonRequest, type PlannedRun, type RunsOptions } from "./compare/plan.ts";
export { JobError } from "./compare/worker-pool.ts";
export {
  loadCompilerMessages,
  type CompilerMessagesOptions,
  type SentencePair,
  type TranslationData,
} from "./datasets/ts-diagnostics.ts";
export { DataError } from "./base/data-error.ts";
export { RunError } from "./base/run-error.ts";
export { loadSpam, wordsOfMail } from "./datasets/spam-assassin.ts";
export { readLabelledFile, type LabelledFileOptions, type LabelledRow } from "./datasets/labelled-file.ts";
export { dataSets } from "./datasets/index.ts";
export { checkDataSet, presenceOf, type CheckedFile, type CheckListener, type Presence } from "./datasets/kit/check.ts";
export { cacheFolder, dataFolder } from "./datasets/kit/data-folder.ts";
export type { DataSet, Download, RemoteFile } from "./datasets/kit/dataset.ts";
export { getDataSet, type GetOptions } from "./datasets/kit/get.ts";
export { readRte2Alignments, readTranslationAlignments } from "./datasets/alignment.ts";
export type { AlignedLanguages, AlignedPair, AlignmentLink } from "./datasets/alignment.ts";
export { readDebianDescriptions } from "./datasets/debian-descriptions.ts";
export { PICTURE_SIZE, readEasyVqa, VQA_ANSWERS } from "./datasets/easy-vqa.ts";
export type { EasyVqaData, EasyVqaSplit, RgbPicture, VqaAnswer, VqaQuestion } from "./datasets/easy-vqa.ts";
export { readDuc2004, readGigaword } from "./datasets/gigaword.ts";
export type { DucData, DucDocument, GigawordData, GigawordOptions } from "./datasets/gigaword.ts";
export { readImdb, type ImdbData, type ImdbReview, type Sentiment } from "./datasets/imdb.ts";
export { readIwslt17, type TalkSentence } from "./datasets/iwslt17.ts";
export { readMovieRationales } from "./datasets/movie-rationales.ts";
export type { MovieRationales, RationaleReview, TokenSpan } from "./datasets/movie-rationales.ts";
export { readMulti30k, type Multi30kCaption } from "./datasets/multi30k.ts";
export { readSciTldr, type SciTldrPaper } from "./datasets/scitldr.ts";
export { readSentenceCompression, type TextSummary } from "./datasets/sentence-compression.ts";
export { ENTAILMENT_LABELS, readSnli } from "./datasets/snli.ts";
export type { EntailmentLabel, EntailmentPair, SnliData, SnliOptions, SnliPair } from "./datasets/snli.ts";
export { joinTokens, splitTokens } from "./text/tokenizer.ts";
export { wordsOfText } from "./text/tokenize.ts";
export * from "./metrics/index.ts";
export {
  explanationPage,
  explanationSvg,
  renderMatrix,
  renderTerminal,
  reportPage,
  writeReport,
  type Explanation,
  type ExplanationOptions,
  type ReportMeta,
  type TerminalOptions,
} from "./report/index.ts";
export { attentionTable, specs, type Attention, type AttentionSpec, type AttentionTable } from "./tasks/attention.ts";
export { registerTask, taskNamed, tasks } from "./tasks/index.ts";
export { findRuns, loadRun, type LoadedRun } from "./tasks/load-run.ts";
export { runTask, type RunTaskOptions } from "./tasks/run-task.ts";
export { completeSettings, defineSettings, type Setting, type Settings } from "./tasks/settings.ts";
export type * from "./tasks/task.ts";
export type { TrainProgress } from "./training/fit.ts";
