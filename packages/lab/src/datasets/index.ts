/** The data sets: one line each. */

import { msrRte2, translationAlignments } from "./alignment.ts";
import { debianDescriptions } from "./debian-descriptions.ts";
import { easyVqa } from "./easy-vqa.ts";
import { duc2004, gigaword } from "./gigaword.ts";
import { imdb } from "./imdb.ts";
import { iwslt17 } from "./iwslt17.ts";
import type { DataSet } from "./kit/dataset.ts";
import { movieRationales } from "./movie-rationales.ts";
import { multi30k } from "./multi30k.ts";
import { sciTldr } from "./scitldr.ts";
import { sentenceCompression } from "./sentence-compression.ts";
import { snli } from "./snli.ts";
import { spamAssassin } from "./spam-assassin.ts";
import { tsDiagnostics } from "./ts-diagnostics.ts";

/** Every data set that `fenchel data` knows, in the order of its tasks. */
export const dataSets: readonly DataSet[] = [
  spamAssassin,
  imdb,
  movieRationales,
  snli,
  msrRte2,
  multi30k,
  iwslt17,
  tsDiagnostics,
  ...translationAlignments,
  sentenceCompression,
  gigaword,
  duc2004,
  sciTldr,
  debianDescriptions,
  easyVqa,
];
