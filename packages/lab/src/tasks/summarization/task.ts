/** Summarization: any mapping as a decoder's attention over the text that it makes shorter, as in Niculae and Blondel (2017). */
import { meanOfExamples, rouge, rougeRecallAtBytes } from "../../metrics/index.ts";
import { costMetrics, teacherForcedMetrics, alignmentMetrics, attentionMetrics } from "../seq2seq/metrics.ts";
import { choices, completeChoice, grid } from "../seq2seq/attention.ts";
import { FIGURES_STYLE, sequenceFigures } from "../seq2seq/figures.ts";
import { trainSequences, type SequenceTask } from "../seq2seq/train.ts";
import type { MetricSpec, PublishedResults, Task } from "../task.ts";
import { leadScores } from "./lead-baseline.ts";
import { loadSummarization, withoutTest, type SummarizationData } from "./data.ts";
import { settingsOf, summarizationSettings, type SummarizationSettings } from "./settings.ts";

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
const LEAD = "The first words";

const measures: readonly MetricSpec[] = [
  percent("rouge1", "ROUGE-1", TEXTS),
  percent("rouge2", "ROUGE-2", TEXTS),
  percent("rougeL", "ROUGE-L", TEXTS),
  percent("recall1", "ROUGE-1", RECALL),
  percent("recall2", "ROUGE-2", RECALL),
  percent("recallL", "ROUGE-L", RECALL),
  percent("leadRougeL", "ROUGE-L", LEAD, "none"),
  ...teacherForcedMetrics,
  ...attentionMetrics,
  ...alignmentMetrics("Against the pieces that are kept"),
  ...costMetrics,
];

function taskOf({ copying, testedOn }: SummarizationSettings, { leadWords }: SummarizationData): SequenceTask {
  return {
    copying,
    halves: true,
    mostWords: (length) => Math.ceil(0.6 * length) + 10,
    score: (texts, tested) => {
      const { rouge1, rouge2, rougeL, items } = rouge(texts, tested.references);
      const lead = leadScores(tested, leadWords).rougeL.f1;
      const recall = testedOn === "duc2004" ? rougeRecallAtBytes(texts, tested.references) : null;
      const figure = (value: number) => (100 * value).toFixed(2);
      return {
        scores: {
          rouge1: rouge1.f1,
          rouge2: rouge2.f1,
          rougeL: rougeL.f1,
          leadRougeL: lead,
          ...(recall === null ? {} : { recall1: recall.rouge1, recall2: recall.rouge2, recallL: recall.rougeL }),
        },
        line: `ROUGE-1 ${figure(rouge1.f1)}, ROUGE-2 ${figure(rouge2.f1)}, ROUGE-L ${figure(rougeL.f1)} (F1, no stemming; the first ${leadWords} words: ROUGE-L ${figure(lead)})`,
        items: meanOfExamples(items.map((item) => item.rougeL.f1)),
      };
    },
  };
}

const published: readonly PublishedResults[] = [
  {
    caption:
      "ROUGE on DUC 2004 and Gigaword of Niculae and Blondel (2017), as we remember the paper's table: check the figures there before quoting " +
      "them. There, four million headlines, a recurrent encoder-decoder of 500 units and no copying; other data than sentences and their " +
      "compressions, so that only differences between rows compare.",
    columns: ["DUC ROUGE-1", "DUC ROUGE-2", "DUC ROUGE-L", "Gigaword ROUGE-L"],
    rows: [
      ["softmax", "27.16", "9.48", "24.47", "32.92"],
      ["sparsemax", "27.69", "9.55", "24.96", "33.64"],
      ["fusedmax", "28.42", "9.96", "25.55", "33.69"],
      ["oscarmax", "27.84", "9.46", "25.14", "33.03"],
    ],
  },
];

export const summarization: Task<SummarizationData> = {
  name: "summarization",
  description: "sentences of news to make shorter (Google sentence compression), headlines, abstracts of papers",
  items: "texts",
  mappings: choices,
  seeds: 1,
  settings: summarizationSettings,
  metrics: measures,
  compared: { key: "rougeL", score: (sums, count) => sums[0]! / count },
  complete: completeChoice,
  load: async (folder, given) => loadSummarization(folder, settingsOf(given)),
  train: (config, data, folder, options) => {
    const settings = settingsOf(config.settings);
    return trainSequences(config, settings, data, taskOf(settings, data), folder, options);
  },
  grid,
  // Which of the corpora it was is said by the note of its data.
  under: () => ({ ...summarization, description: "Texts to summarize" }),
  withHiddenTest: withoutTest,
  figures: (results) =>
    sequenceFigures(results, {
      intro: "Texts of the test set, drawn by lot, and what each model made of them.",
      item: "Text",
      quoted: "Scores of the first seed:",
    }),
  style: FIGURES_STYLE,
  published,
};
