/** Summarization: any mapping as a decoder's attention over the text that it shortens (Niculae and Blondel 2017). */
import { meanOfExamples, rouge, rougeRecallAtBytes } from "../../metrics/index.ts";
import { specs, standardMappings } from "../attention.ts";
import { prepareSequences, type SequenceData } from "../seq2seq/data.ts";
import { sequenceFigures } from "../seq2seq/figures.ts";
import { evaluateSequences, sequenceMetrics, sequenceTask, type SequenceTask } from "../seq2seq/sequence-task.ts";
import { checkSizes, sequenceAttention, sequenceDefaults, sequenceDetails } from "../seq2seq/settings.ts";
import { defineSettings, type SettingsLike } from "../settings.ts";
import type { MetricSpec } from "../task.ts";
import { copiedTokens } from "./copied-tokens.ts";
import { CORPORA, readCorpus, type SummarizationCorpus } from "./corpus.ts";
import { leadLength, leadScores } from "./lead-baseline.ts";

/** A small transformer that copies: chosen so that 60,000 pairs train in an hour on one core. */
const defaults = {
  corpus: "sentence-compression",
  testSet: "own",
  trainPairs: 64_000,
  devPairs: 1000,
  testPairs: 3000,
  copyMechanism: true,
  ...sequenceDefaults,
  model: "transformer",
  tokenizer: "word",
  shareEmbeddings: true,
  vocabularySize: 5000,
  maxLength: 40,
  embeddingSize: 128,
  ffnSize: 256,
  layers: 2,
  dropout: 0.1,
  labelSmoothing: 0,
  epochs: 4,
  learningRate: 0.002,
  warmupSteps: 600,
  averageCheckpoints: 1,
  finetuneEpochs: 1,
} as const;

type SummarizationSettings = SettingsLike<typeof defaults>;

const count = { least: 1, most: 1e9, whole: true };

export const summarizationSettings = defineSettings(defaults, {
  ...sequenceDetails,
  corpus: {
    description:
      "corpus: Google sentence compression, Gigaword headlines, SciTLDR (give --max-length 400), or Debian packages",
    among: CORPORA,
  },
  testSet: {
    description: "the corpus's own test set, or DUC 2004 with recall at 75 bytes, for Gigaword",
    among: ["own", "duc2004"],
  },
  trainPairs: { description: "maximum number of training pairs, the first that fit", ...count },
  devPairs: { description: "maximum number of validation pairs, the first", ...count },
  testPairs: { description: "maximum number of test pairs, the first", ...count },
  copyMechanism: { description: "copy source words by attention (pointer-generator; needs --share-embeddings true)" },
});

const percent = (key: string, title: string, group: string, best: MetricSpec["best"] = "highest"): MetricSpec => ({
  key,
  title,
  unit: "%",
  digits: 1,
  scale: 100,
  best,
  group,
});

const TEXTS = "Summaries of the test set, F1";
const RECALL = "Recall at 75 bytes";

/** Lengths of the texts of the report, in tokens. */
const LENGTHS = { least: 12, most: 30 } as const;

/** Prepares a corpus. Throws a DataError for a split with nothing to read. */
export function prepareSummarization(
  corpus: SummarizationCorpus,
  own: SummarizationSettings,
  examples?: readonly number[],
): SequenceData {
  const { data } = prepareSequences(corpus, own, { lengths: LENGTHS, mostTrain: own.trainPairs, examples });
  const leadWords = leadLength(data.dev);
  const aligned = corpus.byDeletion ? copiedTokens(data.test.pairs) : null;
  const lead = `The LEAD-${leadWords} baseline copies the first ${leadWords} words, the number that is best on the dev set.`;
  return {
    ...data,
    note: [data.note, lead, ...(aligned === null ? [] : [aligned.note])].join(" "),
    vocabulary: { ...data.vocabulary, leadWords },
    test: { ...data.test, aligned },
  };
}

export const summarization: SequenceTask = {
  ...sequenceTask(summarizationSettings, ({ copyMechanism }) => ({
    copyMechanism,
    halves: true,
    mostTokens: (length) => Math.ceil(0.6 * length) + 10,
  })),
  name: "summarization",
  description: "summarization of news sentences (Google sentence compression), headlines, or abstracts of papers",
  items: "texts",
  settings: summarizationSettings.list,
  seeds: 1,
  presets: {
    "sentence-compression": {
      description: "the documented comparison on Google sentence compression, fine-tuned from softmax",
      settings: { corpus: "sentence-compression", epochs: 2, finetuneLr: 0.0005 },
      mappings: [
        ...specs(standardMappings),
        ...sequenceAttention.variants({ segments: { lambda: 0.5 }, clusters: { lambda: 0.1 } }),
      ],
      seeds: 1,
      initFromSoftmax: true,
    },
  },
  metrics: [
    percent("rouge1", "ROUGE-1", TEXTS),
    percent("rouge2", "ROUGE-2", TEXTS),
    percent("rougeL", "ROUGE-L", TEXTS),
    percent("recall1", "ROUGE-1", RECALL),
    percent("recall2", "ROUGE-2", RECALL),
    percent("recallL", "ROUGE-L", RECALL),
    percent("leadRougeL", "ROUGE-L", "LEAD baseline", "none"),
    ...sequenceMetrics("AER against copied tokens"),
  ],
  metricsNote: "ROUGE without stemming.",
  compared: { key: "rougeL", score: (sums, items) => sums[0]! / items },
  data: async (folder, given, examples) => {
    const own = summarizationSettings.of(given);
    checkSizes(own, own.copyMechanism);
    return prepareSummarization(readCorpus(folder, own), own, examples);
  },
  evaluate: (predictions, { sources = [], references = [] }, { config, vocabulary }) => {
    const { texts } = predictions;
    const { testSet } = summarizationSettings.of(config.settings);
    const { rouge1, rouge2, rougeL, items } = rouge(texts, references);
    const recall = testSet === "duc2004" ? rougeRecallAtBytes(texts, references) : null;
    return evaluateSequences(predictions, {
      scores: {
        rouge1: rouge1.f1,
        rouge2: rouge2.f1,
        rougeL: rougeL.f1,
        leadRougeL: leadScores({ sources, references }, vocabulary.leadWords!).rougeL.f1,
        ...(recall === null ? {} : { recall1: recall.rouge1, recall2: recall.rouge2, recallL: recall.rougeL }),
      },
      perExample: meanOfExamples(items.map((item) => item.rougeL.f1)),
    });
  },
  figures: (runs) => sequenceFigures(runs, "Text"),
};
