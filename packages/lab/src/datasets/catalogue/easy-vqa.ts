/** The catalogue: questions on pictures. */

import { convertEasyVqa } from "../convert/easy-vqa.ts";
import type { DataSet } from "../kit/dataset.ts";
import { easyVqaFiles, readEasyVqa } from "../easy-vqa.ts";

export const pictureSets: readonly DataSet[] = [
  {
    name: "easy-vqa",
    task: "vqa",
    title: "easy-VQA, questions on pictures of shapes (Zhou 2020)",
    licence: "MIT",
    address: "https://github.com/vzhou842/easy-VQA",
    files: Object.values(easyVqaFiles).flatMap(({ questions, images }) => [questions, images]),
    fetching: {
      remote: [
        {
          name: "easy-VQA.tar.gz",
          url: "https://github.com/vzhou842/easy-VQA/archive/3b553bb7ff42a868d5f4cbe8c88255d7333c3c31.tar.gz",
        },
      ],
      convert: convertEasyVqa,
      makes: {
        "vqa/easy_vqa_train_questions.tsv.gz": {
          rows: 38575,
          sha256: "48682894b82147a788c47d0ba5734496a09ed50d53963ed6c932009b5cf61eb8",
        },
        "vqa/easy_vqa_test_questions.tsv.gz": {
          rows: 9673,
          sha256: "8aa92b31db6461eeda3b11b54c9413e51f0ce53e5a898820ec1b624422e18c48",
        },
        "vqa/easy_vqa_train_images.tar": {
          rows: 4000,
          sha256: "29855c6ca8f09b68d2f88b7e1d841a1285ef1959abca6396fdda130e7d06f455",
        },
        "vqa/easy_vqa_test_images.tar": {
          rows: 1000,
          sha256: "54853f217fd1554c66442b3b538bf9778aa5ff7668e4aafe5276b524c19999bf",
        },
      },
    },
    agree: readEasyVqa,
  },
];
