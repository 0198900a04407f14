/** The catalogue: film reviews. */

import { convertImdb, convertImdbCounterfactual, convertMovieRationales } from "../convert/classification.ts";
import { place, pinned, type DataSet, type PinnedFile } from "../kit/dataset.ts";
import { imdbCounterfactualFiles, imdbFiles, sst2Files } from "../imdb.ts";
import { rationaleFiles } from "../movie-rationales.ts";
import { COUNTERFACTUAL } from "./counterfactual.ts";

const sentiment = (name: string, path: string, bytes: number, sha256: string): PinnedFile => ({
  name,
  path: `sentiment/${path}`,
  bytes,
  checksum: { sha256 },
});

export const classificationSets: readonly DataSet[] = [
  {
    name: "imdb",
    task: "classification",
    title: "IMDB film reviews (Maas et al. 2011)",
    licence: "research use; cite the paper",
    address: "https://ai.stanford.edu/~amaas/data/sentiment/",
    files: Object.values(imdbFiles),
    fetching: {
      remote: [
        {
          name: "aclImdb_v1.tar.gz",
          url: "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
          bytes: 84125825,
          checksum: { sha256: "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe" },
        },
      ],
      convert: convertImdb,
      makes: { "classification/imdb_train.tsv.gz": 25000, "classification/imdb_test.tsv.gz": 25000 },
    },
  },
  {
    name: "imdb-counterfactual",
    task: "classification",
    title: "IMDB reviews revised to the other label (Kaushik et al. 2020)",
    licence: "Apache-2.0",
    address: "https://github.com/acmi-lab/counterfactually-augmented-data",
    files: Object.values(imdbCounterfactualFiles),
    fetching: {
      remote: pinned(...COUNTERFACTUAL, [
        sentiment(
          "train_paired.tsv",
          "combined/paired/train_paired.tsv",
          3179425,
          "7ac50ca3d70890f80e11ee59955cdbfc43f26b5078d0603717817ab224d2af18",
        ),
        sentiment(
          "dev_paired.tsv",
          "combined/paired/dev_paired.tsv",
          466175,
          "4c2d8a70cbce23eba27fb1f0bb5043cf044811912435cf8d10c3ea6fc7a51363",
        ),
        sentiment(
          "test_paired.tsv",
          "combined/paired/test_paired.tsv",
          907811,
          "9534b20850205c59015b313983cae7afb31c54c04ffcbd19cea7f1bce5011275",
        ),
        sentiment(
          "orig_train.tsv",
          "orig/train.tsv",
          1585691,
          "adccf2763b67ddbfbd4571b7ee96c9bb689e98c4295e779151148c014b2b1050",
        ),
        sentiment(
          "orig_dev.tsv",
          "orig/dev.tsv",
          232171,
          "d7b815d31ddc6eed7bdeb9dc78e18db88ebb22dd347cf72cc797791edfd7bab0",
        ),
        sentiment(
          "orig_test.tsv",
          "orig/test.tsv",
          452050,
          "35e8fab251220685ae47f95ef86bad1fd7fa0017a6ce4afe803ab18a71ff61ff",
        ),
      ]),
      convert: convertImdbCounterfactual,
      makes: {
        "classification/imdb_counterfactual_train.tsv.gz": 3414,
        "classification/imdb_counterfactual_dev.tsv.gz": 490,
        "classification/imdb_counterfactual_test.tsv.gz": 976,
      },
    },
  },
  {
    name: "movie-rationales",
    task: "classification",
    title: "film reviews with human rationales (Zaidan and Eisner 2007; ERASER, DeYoung et al. 2020)",
    licence: "research use",
    address: "https://www.eraserbenchmark.com/",
    files: Object.values(rationaleFiles),
    fetching: {
      remote: [
        {
          name: "movies.tar.gz",
          url: "https://www.eraserbenchmark.com/zipped/movies.tar.gz",
          bytes: 3899487,
          checksum: { sha256: "66e18d4e6c9df9e9f5544572b0bfe92a39673f74ecbfc3859b46cedb2f5b2dee" },
        },
      ],
      convert: convertMovieRationales,
    },
    note: "split by number: reviews 0 to 719 of each label for training, 720 to 799 for dev, 800 to 899 for test",
  },
  {
    name: "sst2",
    task: "classification",
    title: "sentences of film reviews, two labels (Socher et al. 2013)",
    licence: "research use",
    address: "https://nlp.stanford.edu/sentiment/",
    files: Object.values(sst2Files),
    byHand: `take the labels of whole sentences without the neutral ones, official splits; ${place(
      sst2Files,
      "gzipped, tab-separated, header label and text, 1 is positive",
    )}`,
  },
];
