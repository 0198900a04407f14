/** Texts and their summaries are read, also from files that only their owners may share. */
import { describe, expect, it } from "vitest";
import { readDebianDescriptions } from "../../src/datasets/debian-descriptions.ts";
import { readDuc2004, readGigaword } from "../../src/datasets/gigaword.ts";
import { readSciTldr } from "../../src/datasets/scitldr.ts";
import { readSentenceCompression } from "../../src/datasets/sentence-compression.ts";
import { complaint, put, putRecords, putTable, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

describe("summaries", () => {
  it("reads compressions, synopses and papers", async () => {
    for (const split of ["train", "dev", "test_vectorized"])
      putTable(folder, `summarization/google_sentcomp_${split}.tsv.gz`, [
        ["sentence", "compression"],
        ["a b c", "a c"],
      ]);
    expect(readSentenceCompression(folder).test).toEqual([{ text: "a b c", summary: "a c" }]);
    for (const split of ["train", "dev", "test"]) {
      putTable(folder, `summarization/debian_descriptions_${split}.tsv.gz`, [
        ["package", "synopsis", "description"],
        ["xdot", "viewer", "A viewer of graphs."],
      ]);
      putRecords(folder, `summarization/scitldr_${split}.jsonl.gz`, [
        { id: "p", title: "t", text: ["One.", "Two."], summaries: ["Both."] },
      ]);
    }
    expect(readDebianDescriptions(folder).train[0]).toEqual({
      package: "xdot",
      text: "A viewer of graphs.",
      summary: "viewer",
    });
    expect(readSciTldr(folder).dev[0]).toEqual({ id: "p", title: "t", text: ["One.", "Two."], summaries: ["Both."] });
    putRecords(folder, "summarization/scitldr_dev.jsonl.gz", [{ id: "p", title: "t", text: ["One."], summaries: [] }]);
    expect(await complaint(folder, () => readSciTldr(folder))).toMatch(/:1: member "summaries" is empty$/);
  });

  it("reads the licensed sets from the user's own files", async () => {
    const giga = (name: string, text: string) => put(folder, `summarization/gigaword/${name}.txt`, text);
    expect(await complaint(folder, () => readGigaword(folder))).toMatch(
      /see how to get it with: fenchel data get gigaword/,
    );
    giga("train.article", "a one\nb two\n");
    giga("train.title", "a\nb\n");
    giga("valid.article.filter", "c\n");
    giga("valid.title.filter", "c\n");
    giga("input", "d\n");
    giga("task1_ref0", "d\n");
    const data = readGigaword(folder);
    expect(data.train).toEqual([
      { text: "a one", summary: "a" },
      { text: "b two", summary: "b" },
    ]);
    expect(readGigaword(folder, { trainLimit: 1 }).train).toEqual(data.train.slice(0, 1));
    giga("valid.title.filter", "c\nd\n");
    expect(await complaint(folder, () => readGigaword(folder))).toMatch(
      /valid\.title\.filter\.txt has 2 lines, but .* has 1/,
    );
    const duc = (name: string, text: string) => put(folder, `summarization/duc2004/${name}.txt`, text);
    duc("input", "a b\nc d\n");
    for (let i = 0; i < 4; i++) duc(`task1_ref${i}`, `a${i}\nc${i}\n`);
    expect(readDuc2004(folder).test[1]).toEqual({ text: "c d", summaries: ["c0", "c1", "c2", "c3"] });
    duc("task1_ref2", "a2\n\n");
    expect(await complaint(folder, () => readDuc2004(folder))).toBe(
      'summarization/duc2004/task1_ref2.txt:2: column "text" is empty',
    );
  });
});
