/** From the official files of Multi30k and IWSLT'17 to the data folder. */

import { DataError } from "../../base/data-error.ts";
import { readUnpacked } from "../../base/text-file.ts";
import { zipFile } from "../kit/zip-archive.ts";
import { sourceLines, type Converter, type Sources } from "../kit/sources.ts";
import { packTable, type ConvertedFile } from "../kit/packing.ts";

/** Lines of files that go together, as rows. */
function sideBySide(files: readonly { readonly path: string; readonly lines: readonly string[] }[]): string[][] {
  const [first, ...others] = files as [(typeof files)[number], ...typeof files];
  const odd = others.find(({ lines }) => lines.length !== first.lines.length);
  if (odd !== undefined)
    throw new DataError(`${odd.path} has ${odd.lines.length} lines, but ${first.path} has ${first.lines.length}`);
  return first.lines.map((_, i) => files.map(({ lines }) => lines[i]!));
}

/** The official names of the splits, from data/task1/raw. */
export const MULTI30K_SPLITS: Readonly<Record<string, string>> = {
  train: "train",
  dev: "val",
  test2016: "test_2016_flickr",
  test2017: "test_2017_flickr",
};

const LANGUAGES = ["de", "en", "fr"];

/** A gzipped file a split and language, a caption a line. */
export const convertMulti30k: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  for (const [split, official] of Object.entries(MULTI30K_SPLITS)) {
    const files = LANGUAGES.map((language) => {
      const path = sources(`${official}.${language}.gz`);
      return { path, lines: Array.from(sourceLines(path), ({ text }) => text) };
    });
    yield packTable(`translation/multi30k_${split}.tsv.gz`, LANGUAGES, sideBySide(files));
  }
};

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function withoutEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!);
}

/** Sentences of a training file, plain lines between lines of tags, or of a dev or test file, <seg id="1"> text </seg>. */
function talkLines(path: string, bytes: Buffer): string[] {
  const lines: string[] = [];
  for (const { text } of sourceLines(path, bytes)) {
    const trimmed = text.trim();
    const segment = /^<seg[^>]*>(.*)<\/seg>$/.exec(trimmed);
    if (segment !== null) lines.push(withoutEntities(segment[1]!).trim());
    else if (!trimmed.startsWith("<")) lines.push(trimmed);
  }
  return lines;
}

const TEST_YEARS = [2010, 2011, 2012, 2013, 2014, 2015];

/** de-en.zip: train.tags.de-en.*, and dev2010 and tst2010 to tst2015 in XML. Sentences that one side lacks are left out. */
export const convertIwslt17: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("de-en.zip");
  const archive = readUnpacked(path);
  const rowsOf = (name: (language: string) => string) =>
    sideBySide(
      ["de", "en"].map((language) => {
        const file = name(language);
        return { path: `${path}:${file}`, lines: talkLines(`${path}:${file}`, zipFile(path, archive, `/${file}`)) };
      }),
    ).filter((row) => row.every((text) => text !== ""));
  const evaluation = (set: string) => rowsOf((language) => `IWSLT17.TED.${set}.de-en.${language}.xml`);
  const splits = {
    train: rowsOf((language) => `train.tags.de-en.${language}`),
    dev: evaluation("dev2010"),
    test: TEST_YEARS.flatMap((year) => evaluation(`tst${year}`)),
  };
  for (const [split, rows] of Object.entries(splits))
    yield packTable(`translation/iwslt17_de_en_${split}.tsv.gz`, ["de", "en"], rows);
};
