/** Translations and the links between their words are read. */
import { describe, expect, it } from "vitest";
import { readRte2Alignments, readTranslationAlignments } from "../../src/datasets/alignment.ts";
import { readIwslt17 } from "../../src/datasets/iwslt17.ts";
import { readMulti30k } from "../../src/datasets/multi30k.ts";
import { complaint, putTable, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

describe("translation and word alignment", () => {
  it("reads captions in three languages and talks in two", async () => {
    for (const split of ["train", "dev", "test2016", "test2017"])
      putTable(folder, `translation/multi30k_${split}.tsv.gz`, [
        ["de", "en", "fr"],
        ["Ein Hund.", "A dog.", "Un chien."],
      ]);
    expect(readMulti30k(folder).test2017).toEqual([{ de: "Ein Hund.", en: "A dog.", fr: "Un chien." }]);
    putTable(folder, "translation/multi30k_dev.tsv.gz", [
      ["de", "en", "fr"],
      ["Ein Hund.", "", "Un chien."],
    ]);
    expect(await complaint(folder, () => readMulti30k(folder))).toBe(
      'translation/multi30k_dev.tsv.gz:2: column "en" is empty',
    );
    for (const split of ["train", "dev", "test"])
      putTable(folder, `translation/iwslt17_de_en_${split}.tsv.gz`, [
        ["de", "en"],
        ["Ja.", "Yes."],
      ]);
    expect(readIwslt17(folder).train).toEqual([{ de: "Ja.", en: "Yes." }]);
  });

  it("reads links, the sure among the possible ones, and refuses links to words that are not there", async () => {
    const path = "alignment/align_de_en.tsv.gz";
    const header = ["de", "en", "sure", "possible"];
    putTable(folder, path, [header, ["das ist gut", "good", "2-0", "2-0 0-0"], ["a", "b", "", ""]]);
    expect(readTranslationAlignments(folder, "de-en").pairs).toEqual([
      {
        source: ["das", "ist", "gut"],
        target: ["good"],
        sure: [[2, 0]],
        possible: [
          [2, 0],
          [0, 0],
        ],
      },
      { source: ["a"], target: ["b"], sure: [], possible: [] },
    ]);
    const faults: [string, RegExp][] = [
      ["0-1", /:2: column "sure": link 0-1 goes beyond 1 and 1 words$/],
      ["0:0", /:2: column "sure" must hold links such as 0-2, got "0:0"$/],
    ];
    for (const [link, message] of faults) {
      putTable(folder, path, [header, ["a", "b", link, ""]]);
      expect(await complaint(folder, () => readTranslationAlignments(folder, "de-en"))).toMatch(message);
    }
    for (const split of ["dev", "test"])
      putTable(folder, `alignment/msr_rte2_${split}.tsv.gz`, [
        ["id", "source", "target", "sure", "possible"],
        [1, "x y", "y", "1-0", ""],
      ]);
    expect(readRte2Alignments(folder).test[0]!.sure).toEqual([[1, 0]]);
  });
});
