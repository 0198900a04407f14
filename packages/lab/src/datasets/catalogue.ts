/** The data sets that the lab reads. */

import { alignmentSets } from "./catalogue/alignment.ts";
import { classificationSets } from "./catalogue/classification.ts";
import { pictureSets } from "./catalogue/easy-vqa.ts";
import { entailmentSets } from "./catalogue/entailment.ts";
import { summarizationSets } from "./catalogue/summarization.ts";
import { translationSets } from "./catalogue/translation.ts";
import type { DataSet } from "./kit/dataset.ts";

export const dataSets: readonly DataSet[] = [
  ...classificationSets,
  ...entailmentSets,
  ...alignmentSets,
  ...translationSets,
  ...summarizationSets,
  ...pictureSets,
];
