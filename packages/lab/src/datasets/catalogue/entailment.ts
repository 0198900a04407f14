/** The catalogue: textual entailment. */

import { convertSick, convertSnli, convertSnliCounterfactual } from "../convert/entailment.ts";
import { pinned, type DataSet } from "../kit/dataset.ts";
import { sickFiles, snliCounterfactualFiles, snliFiles } from "../snli.ts";
import { COUNTERFACTUAL } from "./counterfactual.ts";

export const entailmentSets: readonly DataSet[] = [
  {
    name: "snli",
    task: "entailment",
    title: "Stanford Natural Language Inference (Bowman et al. 2015)",
    licence: "CC BY-SA 4.0",
    address: "https://nlp.stanford.edu/projects/snli/",
    files: [snliFiles.dev, snliFiles.test],
    optional: [snliFiles.train, snliFiles.first],
    fetching: {
      remote: [
        {
          name: "snli_1.0.zip",
          url: "https://nlp.stanford.edu/projects/snli/snli_1.0.zip",
          bytes: 94550081,
          checksum: { sha256: "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e" },
        },
      ],
      convert: convertSnli,
      makes: {
        "entailment/snli_train.tsv.gz": 550152,
        "entailment/snli_dev.tsv.gz": 10000,
        "entailment/snli_test.tsv.gz": 10000,
      },
    },
  },
  {
    name: "snli-counterfactual",
    task: "entailment",
    title: "SNLI pairs revised to another label (Kaushik et al. 2020)",
    licence: "Apache-2.0; sentences CC BY-SA 4.0",
    address: "https://github.com/acmi-lab/counterfactually-augmented-data",
    files: Object.values(snliCounterfactualFiles),
    fetching: {
      remote: pinned(...COUNTERFACTUAL, [
        {
          name: "train.tsv",
          path: "NLI/all_combined/train.tsv",
          bytes: 989626,
          checksum: { sha256: "b04c0e249b71949345afc20f8c31c355533a705a68805492f21cddc49d27234f" },
        },
      ]),
      convert: convertSnliCounterfactual,
      makes: { "entailment/cad_snli_counterfactual_train.tsv.gz": 8330 },
    },
  },
  {
    name: "sick",
    task: "entailment",
    title: "Sentences Involving Compositional Knowledge (Marelli et al. 2014)",
    licence: "CC BY-NC-SA 3.0",
    address: "https://zenodo.org/record/2787612",
    files: Object.values(sickFiles),
    fetching: {
      remote: [
        {
          name: "SICK.zip",
          url: "https://zenodo.org/record/2787612/files/SICK.zip?download=1",
          bytes: 217584,
          checksum: { sha256: "da272af924399fc2de4889ed55383e38822c10d16c4a949a89d597d09a0b7912" },
        },
      ],
      convert: convertSick,
      makes: {
        "entailment/sick_train.tsv.gz": 4439,
        "entailment/sick_dev.tsv.gz": 495,
        "entailment/sick_test.tsv.gz": 4906,
      },
    },
    note: "this release has 9,840 of the 9,927 pairs of SemEval 2014",
  },
];
