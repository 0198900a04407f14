/** Translation: any mapping as a decoder's attention over its source, as in Niculae and Blondel (2017), and combined attention. */
import type { Measure, Published, Study } from "../study.ts";
import { choices, completeChoice, grid } from "./mechanism.ts";
import { PICTURES_STYLE, translationPictures } from "./pictures.ts";
import { loadTranslation, withoutTest, type TranslationData } from "./prepare.ts";
import { settingsOf, translationSettings } from "./settings.ts";
import { trainTranslationStudy } from "./train.ts";

const TEXTS = "Translations of the test set";
const GIVEN = "Test set, words given";
const WEIGHTS = "Attention of the words written";
const LINKS = "Against people's word alignments";

const measures: readonly Measure[] = [
  { key: "bleu", title: "BLEU", unit: "", digits: 1, scale: 1, best: "highest", group: TEXTS },
  { key: "chrf", title: "chrF", unit: "", digits: 1, scale: 1, best: "highest", group: TEXTS },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: GIVEN },
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 1, scale: 100, best: "highest", group: GIVEN },
  { key: "zeros", title: "Zeros", unit: "%", digits: 1, scale: 100, best: "none", group: WEIGHTS },
  { key: "support", title: "Support", unit: "pieces", digits: 1, scale: 1, best: "none", group: WEIGHTS },
  { key: "segments", title: "Segments", unit: "", digits: 1, scale: 1, best: "none", group: WEIGHTS },
  { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: "none", group: WEIGHTS },
  { key: "alignmentError", title: "Error rate", unit: "%", digits: 1, scale: 100, best: "lowest", group: LINKS },
  { key: "alignmentPrecision", title: "Precision", unit: "%", digits: 1, scale: 100, best: "highest", group: LINKS },
  { key: "alignmentRecall", title: "Recall", unit: "%", digits: 1, scale: 100, best: "highest", group: LINKS },
];

const published: readonly Published[] = [
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

export const translation: Study<TranslationData> = {
  name: "translation",
  description:
    "sentences to translate: Multi30k (German to English), IWSLT'17, or messages of a compiler, which need no download",
  items: "sentences",
  choices,
  seeds: 1,
  settings: translationSettings,
  measures,
  complete: completeChoice,
  load: async (folder, given) => loadTranslation(folder, settingsOf(given)),
  train: trainTranslationStudy,
  grid,
  withoutTest,
  pictures: translationPictures,
  style: PICTURES_STYLE,
  published,
};
