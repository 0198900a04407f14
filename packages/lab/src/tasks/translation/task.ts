/** Translation: any mapping as a decoder's attention over its source (Niculae and Blondel 2017), and combined attention. */
import { createHash } from "node:crypto";
import { bleu, bleuOfStatistics, bleuStatistics, chrf } from "../../metrics/index.ts";
import { standardMappings, specs } from "../attention.ts";
import { prepareSequences, type SequenceData } from "../seq2seq/data.ts";
import { sequenceFigures } from "../seq2seq/figures.ts";
import { evaluateSequences, sequenceMetrics, sequenceTask, type SequenceTask } from "../seq2seq/sequence-task.ts";
import { checkSizes, sequenceAttention, sequenceDefaults, sequenceDetails } from "../seq2seq/settings.ts";
import { defineSettings, type SettingsLike } from "../settings.ts";
import type { MetricSpec } from "../task.ts";
import { readAligned } from "./alignment.ts";
import { CORPORA, readCorpus, type TranslationCorpus } from "./corpus.ts";

const defaults = { corpus: "auto", from: "de", to: "en", ...sequenceDefaults } as const;
type TranslationSettings = SettingsLike<typeof defaults>;

const settings = defineSettings(defaults, {
  corpus: { description: "corpus; auto is Multi30k where the data folder has it, else ts-diagnostics", among: CORPORA },
  from: { description: "source language" },
  to: { description: "target language" },
  ...sequenceDetails,
});

const TEXTS = "Translations of the test set";
const textMetrics: readonly MetricSpec[] = [
  { key: "bleu", title: "BLEU", unit: "", digits: 1, scale: 1, best: "highest", group: TEXTS },
  { key: "chrf", title: "chrF", unit: "", digits: 1, scale: 1, best: "highest", group: TEXTS },
];

/** Lengths of the sentences of the report, in tokens. */
const LENGTHS = { least: 6, most: 18 } as const;

/** Prepares a corpus; alignments are looked for in `folder`. Throws a DataError for a split with nothing to read. */
export function prepareTranslation(
  corpus: TranslationCorpus,
  folder: string,
  own: TranslationSettings,
  examples?: readonly number[],
): SequenceData {
  const { data, tokenizers } = prepareSequences(corpus, own, { lengths: LENGTHS, examples });
  const aligned = readAligned(folder, own, tokenizers);
  return {
    ...data,
    checksum: createHash("sha256")
      .update(`${corpus.checksum}\n${aligned?.checksum ?? ""}\n`)
      .digest("hex"),
    note: aligned === null ? data.note : `${data.note} ${aligned.note}`,
    test: { ...data.test, aligned },
  };
}

export const translation: SequenceTask = {
  ...sequenceTask(settings, () => ({
    copyMechanism: false,
    halves: false,
    mostTokens: (length) => Math.ceil(1.5 * length) + 10,
  })),
  name: "translation",
  description: "translation of Multi30k (German to English), IWSLT'17, or compiler messages, which need no download",
  items: "sentences",
  settings: settings.list,
  seeds: 1,
  presets: {
    multi30k: {
      description: "the documented comparison on Multi30k: a transformer, fine-tuned from softmax",
      settings: {
        corpus: "multi30k",
        model: "transformer",
        embeddingSize: 128,
        ffnSize: 256,
        dropout: 0.15,
        learningRate: 0.002,
        warmupSteps: 800,
        epochs: 13,
        averageCheckpoints: 3,
        finetuneEpochs: 1,
        finetuneLr: 0.0005,
      },
      mappings: [
        ...specs(standardMappings),
        ...sequenceAttention.variants({ segments: { lambda: 0.5 }, clusters: { lambda: 0.1 } }),
        ...sequenceAttention.variants({ segments: { lambda: 2 }, clusters: { lambda: 0.5 } }),
      ],
      seeds: 1,
      initFromSoftmax: true,
    },
  },
  metrics: [...textMetrics, ...sequenceMetrics("Alignment error")],
  metricsNote: "BLEU as sacreBLEU computes it: nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp.",
  compared: { key: "bleu", score: bleuOfStatistics },
  data: async (folder, given, examples) => {
    const own = settings.of(given);
    checkSizes(own);
    return prepareTranslation(readCorpus(folder, own), folder, own, examples);
  },
  evaluate: (predictions, { references = [] }) => {
    const { texts } = predictions;
    return evaluateSequences(predictions, {
      scores: { bleu: bleu(texts, references).score, chrf: chrf(texts, references).score },
      perExample: bleuStatistics(texts, references),
    });
  },
  figures: (runs) => sequenceFigures(runs, "Sentence"),
};
