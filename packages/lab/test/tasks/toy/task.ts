/** A toy task: made-up texts whose label a few words tell. */
import { createHash } from "node:crypto";
import { markup } from "../../../src/base/markup.ts";
import type { ExplainedText } from "../../../src/figures/heat-map.ts";
import { attentionTable, specs } from "../../../src/tasks/attention.ts";
import { defineSettings } from "../../../src/tasks/settings.ts";
import { classifierModel, type TextPrediction } from "../../../src/tasks/spam/classifier.ts";
import type { Task } from "../../../src/tasks/task.ts";
import {
  accuracyMetrics,
  argmax,
  mean,
  textSplit,
  type ShownText,
  type TextBatchPlan,
  type TextSplit,
} from "../../../src/tasks/text-classification.ts";
import { buildVocabulary, vocabularyFromJson, type VocabularyJson } from "../../../src/text/vocabulary.ts";

const LABELS = ["ham", "spam"] as const;

function texts(split: string, count: number): ShownText[] {
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2;
    const filler = Array.from({ length: 4 + (i % 5) }, (_word, j) => `word${(i * 7 + j * 3) % 20}`);
    const telling = label === 1 ? ["win", "money"] : ["see", "you"];
    return { id: `${split}/${i}`, label, words: filler.toSpliced(i % 4, 0, ...telling) };
  });
}

const settings = defineSettings({
  epochs: 8,
  patience: 8,
  batchSize: 8,
  learningRate: 0.03,
  finetuneEpochs: 2,
  finetuneLr: 0.01,
  maxLength: 16,
  embeddingSize: 4,
  hiddenSize: 4,
  dropout: 0.1,
  labelSmoothing: 0,
});

const attention = attentionTable({ defaults: { dense: { gamma: 0.2 }, segments: { lambda: 0.1 } } });

const toy: Task<VocabularyJson, TextSplit, TextBatchPlan, TextPrediction[], ExplainedText> = {
  name: "toy",
  description: "made-up texts whose label a few words tell",
  items: "texts",
  labels: LABELS,
  settings: settings.list,
  attention,
  mappings: specs(["softmax", "fusedmax"]),
  seeds: 2,
  grid: { fusedmax: [{ lambda: 0.05 }, { lambda: 0.2 }] },
  metrics: accuracyMetrics,
  compared: { key: "accuracy", score: (sums, count) => sums[0]! / count },
  inputs: ["text"],
  data: async (_folder, _settings, examples = [0, 1]) => {
    const [train, dev, test] = [texts("train", 40), texts("dev", 12), texts("test", 12)];
    const vocabulary = buildVocabulary(train.map(({ words }) => words));
    const split = (all: readonly ShownText[], options = {}) => textSplit(all, vocabulary.encode, options);
    return {
      checksum: createHash("sha256")
        .update(JSON.stringify([train, dev, test]))
        .digest("hex"),
      note: "Made up.",
      vocabulary: vocabulary.toJSON(),
      train: split(train),
      dev: split(dev),
      test: split(test),
      examples: split(
        examples.map((i) => test[i]!),
        { shown: true },
      ),
      counts: { train: train.length, dev: dev.length, test: test.length },
    };
  },
  model: (words, { mapping, mappingOptions, settings: given }) => {
    const own = settings.of(given);
    const { discrete } = attention.resolve({ mapping, options: mappingOptions });
    return classifierModel({ vocabulary: vocabularyFromJson(words).size, labels: LABELS.length }, own, {
      ...own,
      mapping: discrete!.mapping,
      mappingOptions: discrete!.options,
    });
  },
  evaluate: (predictions, { labels }) => {
    const rows = predictions.map(({ probabilities }, i) => Number(argmax(probabilities) === labels[i]));
    return {
      scores: { accuracy: mean(rows), loss: mean(predictions.map(({ loss }) => loss)) },
      perExample: { texts: predictions.map(({ probabilities }) => LABELS[argmax(probabilities)]!), rows, width: 1 },
    };
  },
  encode: (inputs, words) => {
    const all = inputs.map(({ id, label, parts }) => {
      return { id, label, words: new TextDecoder().decode(parts[0]).split(/\s+/).filter(Boolean) };
    });
    return textSplit(all, vocabularyFromJson(words).encode, { shown: true });
  },
  examples: (predictions, { shown = [] }) =>
    shown.map((text, i) => ({
      ...text,
      probabilities: predictions[i]!.probabilities,
      weights: Array.from(predictions[i]!.weights),
    })),
  explain: (text) => ({ text, answer: LABELS[argmax(text.probabilities)]! }),
  figures: (runs) => markup`<p>${runs.flatMap(({ examples }) => examples.map(({ id }) => `figure of ${id} `))}</p>`,
};

export default toy;
