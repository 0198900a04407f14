/** Results for the report's tests: small, deterministic, with texts that try to break out of HTML. */

import type { ExplainedText } from "../../src/figures/heat-map.ts";
import type { ReportMeta } from "../../src/report/index.ts";
import { spam } from "../../src/tasks/spam/task.ts";
import type { RunResult, Task } from "../../src/tasks/task.ts";

/** The task that the results are of. */
export const task: Task = { ...(spam as unknown as Task), description: "e-mails <b>of</b> a corpus" };

export const MEAN_WORDS = [
  "<script>window.broken=1</script>", "¶", '"onmouseover="window.broken=1', "'onfocus='window.broken=1'autofocus", "</td></table>",
  "<img", "src=x", "onerror=window.broken=1>", "&lt;b&gt;", "<!--", "</style><style>*{display:none}", "javascript:window.broken=1",
  "\u202egnp.exe", "\u0000nul", "`x`", "a{}\\",
]; // prettier-ignore

/** Words 2 to 4 are fused, 6 stands alone, the others have no weight. */
export const MEAN_WEIGHTS = MEAN_WORDS.map((_, i) => (i >= 2 && i <= 4 ? 0.25 : i === 6 ? 0.25 : 0));

export const explainedText = (over: Partial<ExplainedText> = {}): ExplainedText => ({
  id: 'spam/"><script>window.broken=1</script>',
  label: 1,
  probabilities: [0.25, 0.75],
  words: MEAN_WORDS,
  weights: MEAN_WEIGHTS,
  ...over,
});

export function result(mapping: string, seed: number, over: Partial<RunResult> = {}): RunResult {
  const epochs = [1, 2, 3].map((epoch) => ({
    epoch,
    step: epoch * 10,
    trainLoss: 0.6 / epoch,
    devLoss: 0.5 / epoch + (epoch === 3 ? 0.2 : 0),
    devAccuracy: 0.9 + 0.02 * epoch,
    secondsPerStep: 0.01,
  }));
  const softmaxWeights = MEAN_WORDS.map((_, i) => (i + 1) / ((MEAN_WORDS.length * (MEAN_WORDS.length + 1)) / 2));
  return {
    config: {
      task: "spam",
      mapping,
      mappingOptions: mapping === "fusedmax" ? { lambda: 0.1, gamma: 1 } : {},
      seed,
      settings: { epochs: 3 },
      dataChecksum: "0".repeat(64),
    },
    epochs,
    bestEpoch: 2,
    scores: {
      accuracy: 0.96 + seed / 100,
      f1: 0.95,
      loss: mapping === "softmax" ? 0.12 : 0.1,
      sparsity: mapping === "softmax" ? 0 : 0.8,
      supportSize: mapping === "softmax" ? 16 : 4,
      segments: mapping === "softmax" ? 16 : 2,
      entropy: mapping === "softmax" ? 2.6 : 1.4,
    },
    secondsPerStep: 0.02,
    examples: [explainedText(mapping === "softmax" ? { weights: softmaxWeights, probabilities: [0.6, 0.4] } : {})],
    ...over,
  };
}

export const results = [1, 2].flatMap((seed) => [result("softmax", seed), result("fusedmax", seed)]);

export const meta: ReportMeta = {
  data: { note: "Read <i>as</i> they are.", checksum: "0".repeat(64), train: 4000, dev: 500, test: 1000 },
  command: `fenchel compare spam --out "<script>window.broken=1</script>"`,
  date: new Date("2026-11-21T05:00:00Z"),
  machine: { cores: 2, description: "a test's machine" },
  version: "0.0.0",
  settings: { epochs: 3 },
  tuned: [],
  tested: null,
  finetuned: null,
};
