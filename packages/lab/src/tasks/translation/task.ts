/** Translation: any mapping as a decoder's attention over its source, as in Niculae and Blondel (2017), and combined attention. */
import { bleu, formatBleu, bleuOfStatistics, bleuStatistics, chrf } from "../../metrics/index.ts";
import { costMetrics, teacherForcedMetrics, alignmentMetrics, attentionMetrics } from "../seq2seq/metrics.ts";
import { choices, completeChoice, grid } from "../seq2seq/attention.ts";
import { FIGURES_STYLE, sequenceFigures } from "../seq2seq/figures.ts";
import type { SequenceData } from "../seq2seq/data.ts";
import { trainSequences, type SequenceTask } from "../seq2seq/train.ts";
import type { MetricSpec, PublishedResults, Task } from "../task.ts";
import { loadTranslation, withoutTest } from "./data.ts";
import { settingsOf, translationSettings } from "./settings.ts";

const TEXTS = "Translations of the test set";

const measures: readonly MetricSpec[] = [
  { key: "bleu", title: "BLEU", unit: "", digits: 1, scale: 1, best: "highest", group: TEXTS },
  { key: "chrf", title: "chrF", unit: "", digits: 1, scale: 1, best: "highest", group: TEXTS },
  ...teacherForcedMetrics,
  ...attentionMetrics,
  ...alignmentMetrics("Against people's word alignments"),
  ...costMetrics,
];

const task: SequenceTask = {
  copying: false,
  halves: false,
  mostWords: (length) => Math.ceil(1.5 * length) + 10,
  score: (texts, { references }) => {
    const score = bleu(texts, references);
    return {
      scores: { bleu: score.score, chrf: chrf(texts, references).score },
      line: formatBleu(score),
      items: bleuStatistics(texts, references),
    };
  },
};

const published: readonly PublishedResults[] = [
  {
    caption:
      "BLEU on the test set of IWSLT'17, German to English, in Martins et al., “Sparse and Continuous Attention Mechanisms” (2020), as we " +
      "remember the paper's table: check the figures there before quoting them. There, about 206,000 sentences of talks, 32,000 merges and a " +
      "bidirectional LSTM; other data than Multi30k's captions or the compiler's messages, so that only differences between rows compare. " +
      "Niculae and Blondel (2017) report for ten pairs of languages that all mappings lie within about one point of BLEU of the best.",
    columns: ["BLEU"],
    rows: [
      ["softmax", "23.92"],
      ["combined-softmax", "24.00"],
      ["combined-sparsemax", "24.25"],
    ],
  },
];

export const translation: Task<SequenceData> = {
  name: "translation",
  description:
    "sentences to translate: Multi30k (German to English), IWSLT'17, or messages of a compiler, which need no download",
  items: "sentences",
  mappings: choices,
  seeds: 1,
  settings: translationSettings,
  metrics: measures,
  compared: { key: "bleu", score: bleuOfStatistics },
  complete: completeChoice,
  load: async (folder, given) => loadTranslation(folder, settingsOf(given)),
  train: (config, data, folder, options) =>
    trainSequences(config, settingsOf(config.settings), data, task, folder, options),
  grid,
  // Which of the corpora it was is said by the note of its data.
  under: () => ({ ...translation, description: "Sentences to translate" }),
  withHiddenTest: withoutTest,
  figures: (results) =>
    sequenceFigures(results, {
      intro: "Sentences of the test set, drawn by lot, as each model translated them.",
      item: "Sentence",
      quoted: "BLEU of the first seed, with its signature:",
    }),
  style: FIGURES_STYLE,
  published,
};
