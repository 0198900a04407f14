/** Google sentence compression: first sentences of news and their compressions by deletion (Filippova and Altun 2013). */

import { oneLineText, packTable, sourceLines, type ConvertedFile, type Sources } from "./kit/convert.ts";
import { pinned, type DataSet } from "./kit/dataset.ts";
import { parseRecord, readSplits, recordFields, textTable, type Fault, type Splits } from "./kit/schema.ts";

/** A text and its summary, as they stand in the file. */
export type TextSummary = Readonly<Record<"text" | "summary", string>>;

const compressions = (split: string) =>
  textTable({
    set: "sentence-compression",
    path: `summarization/google_sentcomp_${split}.tsv.gz`,
    columns: { text: "sentence", summary: "compression" },
  });

const files = { train: compressions("train"), dev: compressions("dev"), test: compressions("test_vectorized") };

/** Sentences of news and their compressions by deletion, tokens separated by spaces, in lower case. */
export function readSentenceCompression(folder: string): Splits<typeof files> {
  return readSplits(folder, files);
}

/** Penn Treebank tokens of a text, separated by spaces: clitics and punctuation are tokens, quotes are `` and ''. */
export function treebankTokens(text: string): string {
  return oneLineText(text)
    .replace(/^"|(?<=[\s([{<])"/g, " `` ")
    .replaceAll('"', " '' ")
    .replaceAll("\u201c", " `` ")
    .replaceAll("\u201d", " '' ")
    .replace(/[\u2018\u2019]/g, "'")
    .replaceAll("...", " ... ")
    .replace(/([,;:])(?!\d)/g, " $1 ")
    .replace(/[?!@#$%&()[\]{}<>]/g, " $& ")
    .replaceAll("--", " -- ")
    .replace(/([^.])\.(["')\]}\s]*)$/, "$1 . $2")
    .replace(/(?<=\S)(?=(?:'s|'m|'d|'ll|'re|'ve|n't)(?![\p{L}']))/giu, " ")
    .replace(/(?<=[^\s'])'(?=\s|$)/g, " '")
    .replace(/\s+/g, " ")
    .trim();
}

/** Lower-cased tokens, with ## for those that have digits. */
function compressionTokens(text: string): string {
  return treebankTokens(text.toLowerCase()).replace(/\S*\d\S*/g, "##");
}

/** JSON objects over many lines, separated by empty lines; the compression is the one that only deletes. */
function* compressionPairs(path: string): Generator<[string, string]> {
  let lines: string[] = [];
  let lastFault: Fault;
  const pair = function* (): Generator<[string, string]> {
    const text = lines.join("\n");
    lines = [];
    if (text.trim() === "") return;
    const object = parseRecord(text, lastFault);
    const inner = (name: string) => recordFields((object[name] ?? {}) as Record<string, unknown>, lastFault);
    const sentence = compressionTokens(inner("graph").text("sentence"));
    const compression = compressionTokens(inner("compression_untransformed").text("text"));
    // Few pairs lack one side; a model can learn nothing from them.
    if (sentence !== "" && compression !== "") yield [sentence, compression];
  };
  for (const { text, fault } of sourceLines(path)) {
    lastFault = fault;
    if (text.trim() === "") yield* pair();
    else lines.push(text);
  }
  yield* pair();
}

/** Official files with git's names of their contents: ten of 20,000 pairs for training, the last of which is for dev, and the test set. */
const OFFICIAL: readonly (readonly [name: string, gitBlob: string])[] = [
  ["sent-comp.train01.json.gz", "76e73aca6185e7e6ee4f7dedf8ef3d70bc88b2b7"],
  ["sent-comp.train02.json.gz", "393f326fa0d75f36ae35fcfab08058dc229d635f"],
  ["sent-comp.train03.json.gz", "4fe64379873f2cd99025804400b781458dfe4bed"],
  ["sent-comp.train04.json.gz", "7fec7911138988b73e3da575e539d0def5b2b629"],
  ["sent-comp.train05.json.gz", "62c8a51d46a89530031a6bcc46d95255e13afb12"],
  ["sent-comp.train06.json.gz", "f1471e84b6676f11fa567cecf27a972de22f5aa4"],
  ["sent-comp.train07.json.gz", "c9c781500999cf97d8d3f453f9b01afc01a451ff"],
  ["sent-comp.train08.json.gz", "0eb1118fef108258462c61f2e6ef6be5ca741cc3"],
  ["sent-comp.train09.json.gz", "24d70efc9e8f4b020beab982cbb8554a9a17aa89"],
  ["sent-comp.train10.json.gz", "b671be3963cb472a05c7c2888dd6f66f61e9117a"],
  ["comp-data.eval.json.gz", "6a79130ff719fff00742df93498ff0542aa96928"],
];

function* convert(sources: Sources): Generator<ConvertedFile> {
  const table = (split: keyof typeof files, official: typeof OFFICIAL) =>
    packTable(
      files[split].path,
      ["sentence", "compression"],
      (function* () {
        for (const [name] of official) yield* compressionPairs(sources(name));
      })(),
    );
  yield table("train", OFFICIAL.slice(0, 9));
  yield table("dev", OFFICIAL.slice(9, 10));
  yield table("test", OFFICIAL.slice(10));
}

export const sentenceCompression: DataSet = {
  name: "sentence-compression",
  task: "summarization",
  title: "Google sentence compression (Filippova and Altun 2013)",
  licence: '"AS IS", research use',
  address: "https://github.com/google-research-datasets/sentence-compression",
  files: Object.values(files),
  download: {
    remote: pinned(
      "google-research-datasets/sentence-compression",
      "f03882c806888835822ed9ac57c117b80d17e932",
      OFFICIAL.map(([name, gitBlob]) => ({ name, path: `data/${name}`, checksum: { gitBlob } })),
    ),
    convert,
  },
  note: "tokens of the official sentences in lower case, ## for tokens with digits; dev is the last training file",
};
