/** Descriptions of Debian packages and their synopses. */

import { manual, type DataSet } from "./kit/dataset.ts";
import { readSplits, textTable, type Splits } from "./kit/schema.ts";

const synopses = (split: string) =>
  textTable({
    set: "debian-descriptions",
    manual: true,
    path: `summarization/debian_descriptions_${split}.tsv.gz`,
    columns: { package: "package", text: "description", summary: "synopsis" },
  });

const files = { train: synopses("train"), dev: synopses("dev"), test: synopses("test") };

/** Descriptions of packages and their synopses; packages of one family are in one split. */
export function readDebianDescriptions(folder: string): Splits<typeof files> {
  return readSplits(folder, files);
}

export const debianDescriptions: DataSet = {
  name: "debian-descriptions",
  task: "summarization",
  title: "descriptions of Debian packages and their synopses",
  licence: "those of Debian main (free)",
  address: "https://www.debian.org/distrib/packages",
  files: Object.values(files),
  manual: manual(
    "take Description (synopsis and text) of each package from Debian's index of translations, packages of one family in one split",
    Object.values(files),
    "gzipped, tab-separated, header package, synopsis, description",
  ),
};
