/** fenchel-lab: data, training, comparison, explanation and reports as functions; the command `fenchel` is made of them. */
export {
  measureSteps,
  type ChoiceSteps,
  type StepsOptions,
  type StepsRequest,
  type StepsResult,
} from "./bench/steps.ts";
export { compare, type CompareListener, type SpamCompareOptions } from "./compare/compare.ts";
export { findRuns } from "./compare/find-runs.ts";
export { planSpamRuns, type CommonSettings, type MappingChoice, type PlannedSpamRun } from "./compare/plan.ts";
export { JobError } from "./compare/worker-pool.ts";
export { spamTasks, type SpamTask } from "./tasks/spam/task.ts";
export {
  loadCompilerMessages,
  type CompilerMessagesOptions,
  type SentencePair,
  type TranslationData,
} from "./datasets/ts-diagnostics.ts";
export { DataError, loadSpam, readLabelledFile, wordsOfMail, wordsOfText } from "./data/index.ts";
export type { LabelledFileOptions, LabelledRow } from "./data/index.ts";
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
export * from "./metrics/index.ts";
export { explanationPage, explanationSvg, renderTerminal, reportPage, writeReport } from "./report/index.ts";
export type { Explanation, ExplanationOptions, ReportMeta, TerminalOptions } from "./report/index.ts";
export type * from "./tasks/run-types.ts";
export { writeStudyReport } from "./report/write-study-report.ts";
export { compareTask, completeSettings, planRuns } from "./compare/grid-search.ts";
export type { CompareOptions, PlannedRun, Comparison, ComparisonRequest } from "./compare/grid-search.ts";
export { tasks, taskNamed } from "./tasks/index.ts";
export { runTask } from "./tasks/run-task.ts";
export type { AttentionSpec, Task, RunConfig, TaskData, RunResult } from "./tasks/task.ts";
export { RunError } from "./base/run-error.ts";
export { evaluate, explainTexts, loadRun, type TrainedRun } from "./tasks/load-run.ts";
export { runConfig } from "./tasks/spam/config.ts";
export type { TrainProgress } from "./training/fit.ts";
export { trainRun, type SpamTrainOptions } from "./tasks/spam/train.ts";
