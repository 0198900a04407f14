/** fenchel-lab: data, training, comparison, explanation and reports as functions; the command `fenchel` is made of them. */
export {
  measureSteps,
  type ChoiceSteps,
  type StepsOptions,
  type StepsRequest,
  type StepsResult,
} from "./bench/steps.ts";
export { compare, type CompareListener, type CompareOptions } from "./compare/compare.ts";
export { findRuns } from "./compare/find-runs.ts";
export { planRuns, type CommonSettings, type MappingChoice, type PlannedRun } from "./compare/plan.ts";
export { JobError } from "./compare/pool.ts";
export { tasks, type Task } from "./compare/tasks.ts";
export {
  loadCompilerMessages,
  type CompilerMessagesOptions,
  type SentencePair,
  type TranslationData,
} from "./data/compiler-messages.ts";
export { DataError, loadSpam, readLabelledFile, wordsOfMail, wordsOfText } from "./data/index.ts";
export type { LabelledFileOptions, LabelledRow } from "./data/index.ts";
export * from "./data/sets/index.ts";
export { joinTokens, splitTokens } from "./data/message-tokens.ts";
export * from "./metrics/index.ts";
export { explanationPage, explanationSvg, renderTerminal, reportPage, writeReport } from "./report/index.ts";
export type { Explanation, ExplanationOptions, ReportMeta, TerminalOptions } from "./report/index.ts";
export type * from "./run-types.ts";
export { writeStudyReport } from "./report/write-study-report.ts";
export { compareStudy, completeSettings, planStudy } from "./studies/compare-study.ts";
export type { CompareStudyOptions, PlannedStudyRun, StudyComparison, StudyRequest } from "./studies/compare-study.ts";
export { studies, studyNamed } from "./studies/index.ts";
export { runStudy } from "./studies/run-study.ts";
export type { Choice, Study, StudyConfig, StudyData, StudyResult } from "./studies/study.ts";
export { RunError } from "./runs/run-error.ts";
export { evaluate, explainTexts, loadRun, type TrainedRun } from "./runs/trained-run.ts";
export { runConfig } from "./training/config.ts";
export type { TrainProgress } from "./training/fit.ts";
export { trainRun, type TrainOptions } from "./training/train-run.ts";
export {
  defaultTranslation,
  fittingPairs,
  knowsAll,
  trainTranslation,
  type TranslationConfig,
  type TranslationOptions,
  type TranslationScores,
  type Translator,
} from "./training/train-translation.ts";
export type { TranslatedSentence } from "./training/translate.ts";
