/** From the official files of Google's sentence compressions and SciTLDR to the data folder. */

import { parseRecord, recordFields } from "../kit/schema.ts";
import { sourceLines, type Converter, type Sources } from "../kit/sources.ts";
import { oneLineText, packRecords, packTable, treebankTokens, type ConvertedFile } from "../kit/packing.ts";

/** Files of the official training set, of 20,000 pairs each; the last one is for dev. */
export const COMPRESSION_FILES = Array.from(
  { length: 10 },
  (_, i) => `sent-comp.train${String(i + 1).padStart(2, "0")}.json.gz`,
);
export const COMPRESSION_TEST = "comp-data.eval.json.gz";

/** Lower-cased tokens, with ## for those that have digits. */
function compressionTokens(text: string): string {
  return treebankTokens(text.toLowerCase()).replace(/\S*\d\S*/g, "##");
}

/** JSON objects over many lines, apart by empty lines; the compression is the one that only deletes. */
function* compressionPairs(path: string): Generator<[string, string]> {
  let lines: string[] = [];
  let last: ((what: string) => Error) | undefined;
  const pair = function* (): Generator<[string, string]> {
    const text = lines.join("\n");
    lines = [];
    if (text.trim() === "") return;
    const fault = last as Parameters<typeof parseRecord>[1];
    const object = parseRecord(text, fault);
    const inner = (name: string) => recordFields((object[name] ?? {}) as Record<string, unknown>, fault);
    const sentence = compressionTokens(inner("graph").text("sentence"));
    const compression = compressionTokens(inner("compression_untransformed").text("text"));
    // Few pairs lack one side; a model can learn nothing from them.
    if (sentence !== "" && compression !== "") yield [sentence, compression];
  };
  for (const { text, fault } of sourceLines(path)) {
    last = fault;
    if (text.trim() === "") yield* pair();
    else lines.push(text);
  }
  yield* pair();
}

export const convertSentenceCompression: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const table = (split: string, names: readonly string[]) =>
    packTable(
      `summarization/google_sentcomp_${split}.tsv.gz`,
      ["sentence", "compression"],
      (function* () {
        for (const name of names) yield* compressionPairs(sources(name));
      })(),
    );
  yield table("train", COMPRESSION_FILES.slice(0, -1));
  yield table("dev", COMPRESSION_FILES.slice(-1));
  yield table("test_vectorized", [COMPRESSION_TEST]);
};

/** {train,dev,test}.jsonl of SciTLDR-A. */
export const convertSciTldr: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  for (const split of ["train", "dev", "test"]) {
    const papers = function* () {
      for (const { text, fault } of sourceLines(sources(`${split}.jsonl`))) {
        const record = recordFields(parseRecord(text, fault), fault);
        yield {
          id: record.text("paper_id"),
          title: oneLineText(record.text("title")),
          text: record.texts("source").map(oneLineText),
          summaries: record.texts("target").map(oneLineText),
        };
      }
    };
    yield packRecords(`summarization/scitldr_${split}.jsonl.gz`, papers());
  }
};
