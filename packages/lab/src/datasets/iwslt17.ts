/** IWSLT'17: sentences of TED talks in German and English (Cettolo et al. 2017). */

import { decodeXML } from "entities/decode";
import { readUnpacked } from "../base/text-file.ts";
import { zipFile } from "./kit/archive.ts";
import { packTable, sideBySide, sourceLines, type ConvertedFile, type Sources } from "./kit/convert.ts";
import type { DataSet } from "./kit/dataset.ts";
import { readSplits, textTable, type Splits } from "./kit/schema.ts";

/** A sentence of a talk in two languages. */
export type TalkSentence = Readonly<Record<"de" | "en", string>>;

const talks = (split: string) =>
  textTable({ set: "iwslt17", path: `translation/iwslt17_de_en_${split}.tsv.gz`, columns: { de: "de", en: "en" } });

const files = { train: talks("train"), dev: talks("dev"), test: talks("test") };

/** IWSLT'17, German and English: train; dev is dev2010; test is tst2010 to tst2015. */
export function readIwslt17(folder: string): Splits<typeof files> {
  return readSplits(folder, files);
}

const ARCHIVE = "de-en.zip";
const TEST_YEARS = [2010, 2011, 2012, 2013, 2014, 2015];

/** Sentences of a training file, plain lines between lines of tags, or of a dev or test file, <seg id="1"> text </seg>. */
function talkLines(path: string, bytes: Buffer): string[] {
  const lines: string[] = [];
  for (const { text } of sourceLines(path, bytes)) {
    const trimmed = text.trim();
    const segment = /^<seg[^>]*>(.*)<\/seg>$/.exec(trimmed);
    if (segment !== null) lines.push(decodeXML(segment[1]!).trim());
    else if (!trimmed.startsWith("<")) lines.push(trimmed);
  }
  return lines;
}

/** train.tags.de-en.*, and dev2010 and tst2010 to tst2015 in XML. Sentences that one side lacks are left out. */
function* convert(sources: Sources): Generator<ConvertedFile> {
  const path = sources(ARCHIVE);
  const archive = readUnpacked(path);
  const rowsOf = (name: (language: string) => string) =>
    sideBySide(
      ["de", "en"].map((language) => {
        const file = name(language);
        return { path: `${path}:${file}`, lines: talkLines(`${path}:${file}`, zipFile(path, archive, `/${file}`)) };
      }),
    ).filter((row) => row.every((text) => text !== ""));
  const evaluation = (name: string) => rowsOf((language) => `IWSLT17.TED.${name}.de-en.${language}.xml`);
  const table = (split: keyof typeof files, rows: string[][]) => packTable(files[split].path, ["de", "en"], rows);
  yield table(
    "train",
    rowsOf((language) => `train.tags.de-en.${language}`),
  );
  yield table("dev", evaluation("dev2010"));
  yield table(
    "test",
    TEST_YEARS.flatMap((year) => evaluation(`tst${year}`)),
  );
}

export const iwslt17: DataSet = {
  name: "iwslt17",
  task: "translation",
  title: "IWSLT'17 TED talks, German and English (Cettolo et al. 2017)",
  licence: "CC BY-NC-ND 4.0 (TED talks)",
  address: "https://sites.google.com/site/iwsltevaluation2017/TED-tasks",
  files: Object.values(files),
  download: {
    remote: [
      {
        name: ARCHIVE,
        url: `https://huggingface.co/datasets/IWSLT/iwslt2017/resolve/c18a4f81a47ae6fa079fe9d32db288ddde38451d/data/2017-01-trnted/texts/de/en/${ARCHIVE}`,
      },
    ],
    convert,
  },
};
