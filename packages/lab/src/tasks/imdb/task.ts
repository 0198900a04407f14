/** Sentiment of film reviews: discrete, continuous and combined attention to a text, soft and sparse, as in Martins et al. (2020). */
import { DataError } from "../../base/data-error.ts";
import type { SettingValue, Task } from "../task.ts";
import type { CorpusKind } from "./corpus.ts";
import { imdb } from "./imdb.ts";
import { completeChoice } from "./attention.ts";
import { movieRationales } from "./movie-rationales.ts";
import { FIGURES_STYLE, reviewFigures } from "./figures.ts";
import { prepareReviews, withoutTest, type ReviewData } from "./data.ts";
import { reviewSettings, settingsOf, type Corpus } from "./settings.ts";
import { trainReviews } from "./train.ts";

const corpora: Readonly<Record<Corpus, CorpusKind>> = { imdb, "movie-rationales": movieRationales };

const corpusOf = (settings: Readonly<Record<string, SettingValue>>): CorpusKind => corpora[settingsOf(settings).corpus];

/** Throws a DataError when a split has nothing to read. */
function checkSplits({ texts }: ReviewData): void {
  for (const split of ["train", "dev", "test"] as const) {
    if (texts[split].words.length === 0) {
      throw new DataError(`the film reviews are too few: none with a word is left for the ${split} split`);
    }
  }
}

/** The study with what is a corpus's own. */
function studyOf(kind: CorpusKind): Task<ReviewData> {
  const { description, mappings: choices, seeds, metrics: measures, compared, grid, published, defaults } = kind;
  const usual = settingsOf(defaults);
  return {
    name: "classification",
    description,
    items: "reviews",
    mappings: choices,
    seeds,
    settings: reviewSettings.map((setting) => ({ ...setting, value: usual[setting.name as keyof typeof usual] })),
    metrics: measures,
    ...(compared !== undefined && { compared }),
    grid,
    published,
    under: (settings) => studyOf(corpusOf(settings)),
    complete: completeChoice,
    load: async (folder, given) => {
      const settings = settingsOf(given);
      const data = prepareReviews(corpora[settings.corpus].read(folder, settings.maxTokens), settings);
      checkSplits(data);
      return data;
    },
    train: trainReviews,
    withHiddenTest: withoutTest,
    figures: reviewFigures,
    style: FIGURES_STYLE,
  };
}

export const classification = studyOf(imdb);
