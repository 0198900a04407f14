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
export * from "./datasets/index.ts";
export { joinTokens, splitTokens } from "./text/message-tokens.ts";
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
