/** A run loaded from its folder: scores on texts, and explanations. */
import { existsSync } from "node:fs";
import { init, tree } from "@jax-js/jax";
import type { Vocabulary } from "../text/vocabulary.ts";
import { compileClassifier, type CompiledClassifier } from "./spam/compiled.ts";
import { toArrays } from "../nn/parameters.ts";
import { textClassifierShapes, type TextClassifierParameters } from "./spam/model.ts";
import type {
  EpochMetrics,
  EvaluationScores,
  ExplainedText,
  LabelledText,
  SpamRunConfig,
  SpamRunResult,
} from "./run-types.ts";
import { encodeTexts, explained, type GivenText } from "./spam/predict.ts";
import { evaluateTexts, metricsOf } from "./spam/evaluate.ts";
import { RunError } from "../base/run-error.ts";
import { readConfig, readMetrics, readModel, readResult, readVocabulary, runFiles } from "../training/run-dir.ts";

/** A trained model ready for use. Owns memory of the engine: `dispose` frees it. */
export interface TrainedRun {
  readonly config: SpamRunConfig;
  readonly labels: readonly string[];
  readonly vocabulary: Vocabulary;
  readonly epochs: readonly EpochMetrics[];
  /** Null for a run that has not ended; its model is then the best so far. */
  readonly result: SpamRunResult | null;
  readonly classifier: CompiledClassifier;
  readonly parameters: TextClassifierParameters;
  dispose(): void;
}

/** Loads the run in `folder`. Throws a RunError or DataError that names the file that is missing or broken. */
export async function loadRun(folder: string): Promise<TrainedRun> {
  const stored = readConfig(folder);
  if (stored === null) {
    const why = existsSync(folder) ? "the folder holds no run" : "there is no such folder";
    throw new RunError(`${runFiles(folder).config} is missing: ${why}; name a run's own folder`);
  }
  const { config, labels } = stored;
  const vocabulary = readVocabulary(folder);
  const tensors = readModel(folder);
  const shapes = textClassifierShapes({
    vocabulary: vocabulary.size,
    embedding: config.embeddingSize,
    hidden: config.hiddenSize,
    labels: labels.length,
  });
  for (const [name, { shape }] of Object.entries(shapes)) {
    const found = tensors[name]?.shape.join(", ");
    if (found !== shape.join(", ")) {
      throw new RunError(
        `${runFiles(folder).model} does not fit the run: ${name} has shape [${found ?? "none"}], not [${shape.join(", ")}]`,
      );
    }
  }
  await init("wasm");
  const parameters = toArrays<TextClassifierParameters>(
    Object.fromEntries(Object.keys(shapes).map((name) => [name, tensors[name]!])),
  );
  const classifier = compileClassifier(config);
  return {
    config,
    labels,
    vocabulary,
    epochs: readMetrics(folder),
    result: readResult<SpamRunResult>(folder),
    classifier,
    parameters,
    dispose: () => {
      tree.dispose(parameters);
      classifier.dispose();
    },
  };
}

/** Scores of a run on labelled texts. Throws a RangeError when there are none. */
export async function evaluate(run: TrainedRun, texts: readonly LabelledText[]): Promise<EvaluationScores> {
  if (!texts.some(({ words }) => words.length > 0)) throw new RangeError("texts hold no words");
  const encoded = encodeTexts(texts, run.vocabulary, run.config.maxWords);
  return metricsOf(encoded, await evaluateTexts(run.classifier, run.parameters, encoded, run.config));
}

/** What a run makes of each text: probabilities of the labels, and the attention over the words it read. */
export async function explainTexts(run: TrainedRun, texts: readonly GivenText[]): Promise<ExplainedText[]> {
  const encoded = encodeTexts(texts, run.vocabulary, run.config.maxWords);
  return explained(texts, await evaluateTexts(run.classifier, run.parameters, encoded, run.config));
}
