/** Translations: Multi30k (Elliott et al. 2016; German, English, French captions) and IWSLT'17 (Cettolo et al. 2017; German to English). */

import { filled, readSplits, tableFile, type Splits } from "./kit/schema.ts";

/** A caption in three languages. */
export interface Multi30kCaption {
  readonly de: string;
  readonly en: string;
  readonly fr: string;
}

const captions = (split: string) =>
  tableFile({
    set: "multi30k",
    path: `translation/multi30k_${split}.tsv.gz`,
    columns: ["de", "en", "fr"],
    row: ({ de, en, fr }, fault): Multi30kCaption => ({
      de: filled("de", de, fault),
      en: filled("en", en, fault),
      fr: filled("fr", fr, fault),
    }),
  });

export const multi30kFiles = {
  train: captions("train"),
  dev: captions("dev"),
  test2016: captions("test2016"),
  test2017: captions("test2017"),
};

/**
 * Multi30k's official splits, raw text: 29,000, 1,014, 1,000 and 1,000 captions. A language pair is two members of every row.
 * @throws DataError with file and line.
 */
export function readMulti30k(folder: string): Splits<typeof multi30kFiles> {
  return readSplits(folder, multi30kFiles);
}

/** A sentence of a talk in two languages. */
export interface TalkSentence {
  readonly de: string;
  readonly en: string;
}

const talks = (split: string) =>
  tableFile({
    set: "iwslt17",
    path: `translation/iwslt17_de_en_${split}.tsv.gz`,
    columns: ["de", "en"],
    row: ({ de, en }, fault): TalkSentence => ({ de: filled("de", de, fault), en: filled("en", en, fault) }),
  });

export const iwslt17Files = { train: talks("train"), dev: talks("dev"), test: talks("test") };

/** IWSLT'17, German and English: train; dev is dev2010; test is tst2010 to tst2015. */
export function readIwslt17(folder: string): Splits<typeof iwslt17Files> {
  return readSplits(folder, iwslt17Files);
}
