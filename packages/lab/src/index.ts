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
export * from "./datasets/index.ts";
export { joinTokens, splitTokens } from "./text/message-tokens.ts";
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
