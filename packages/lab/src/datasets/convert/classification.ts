/** From the official files of film reviews to the data folder. */

import { DataError } from "../../base/data-error.ts";
import { readUnpacked } from "../../base/text-file.ts";
import { parseRecord, recordFields } from "../kit/schema.ts";
import { tarFiles } from "../kit/tar-archive.ts";
import { sourceLines, type Converter, type Sources } from "../kit/sources.ts";
import { oneLineText, packRecords, packTable, unquotedFields, type ConvertedFile } from "../kit/packing.ts";

/** The reviews have the line breaks of the web pages that they come from. */
function reviewText(text: string): string {
  return oneLineText(text.replace(/<br\s*\/?>/gi, " "));
}

/** aclImdb_v1.tar.gz: a file a review, aclImdb/train/pos/7795_9.txt with 9 stars; rows are in the order of these names. */
export const convertImdb: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("aclImdb_v1.tar.gz");
  const splits = { train: [] as [number, string, string, string][], test: [] as [number, string, string, string][] };
  for (const { name, bytes } of tarFiles(path, readUnpacked(path))) {
    const parts = /^aclImdb\/(train|test)\/(pos|neg)\/(\d+)_(\d+)\.txt$/.exec(name);
    if (parts === null) continue;
    const [, split, side, id, rating] = parts as unknown as [string, "train" | "test", string, string, string];
    const text = reviewText(Buffer.from(bytes).toString("utf8"));
    splits[split].push([side === "pos" ? 1 : 0, rating, `${side}/${id}`, text]);
  }
  for (const split of ["train", "test"] as const) {
    if (splits[split].length === 0) throw new DataError(`${path}: no reviews in aclImdb/${split}`);
    splits[split].sort((a, b) => a[2].localeCompare(b[2], "en", { numeric: true }));
    yield packTable(`classification/imdb_${split}.tsv.gz`, ["label", "rating", "id", "text"], splits[split]);
  }
};

/** A few reviews stand in the tables twice, with either label. */
function keyOf([sentiment = "", review = ""]: readonly string[]): string {
  return `${sentiment} ${reviewText(review)}`;
}

/** Tables of pairs (Sentiment, Text, batch_id), and of the original reviews alone, which tell the two of a pair apart. */
export const convertImdbCounterfactual: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  for (const split of ["train", "dev", "test"]) {
    const originals = new Set<string>();
    for (const { text, fault } of sourceLines(sources(`orig_${split}.tsv`)))
      originals.add(keyOf(unquotedFields(text, fault)));
    const pairs = new Map<string, { label: string; words: string; isOriginal: boolean }[]>();
    let header = true;
    for (const { text, fault } of sourceLines(sources(`${split}_paired.tsv`))) {
      if (!header) {
        const [sentiment, review, pair] = unquotedFields(text, fault);
        if (pair === undefined || !["Positive", "Negative"].includes(sentiment!))
          throw fault("expected Positive or Negative, a review and the number of a pair");
        const both = pairs.get(pair) ?? [];
        const isOriginal = originals.has(keyOf([sentiment!, review!]));
        both.push({ label: sentiment === "Positive" ? "1" : "0", words: reviewText(review!), isOriginal });
        pairs.set(pair, both);
      }
      header = false;
    }
    const rows = Array.from(pairs, ([pair, both]) => {
      // Two originals were mended before they were revised; the original comes first.
      const known = both.some(({ isOriginal }) => isOriginal);
      return both.map(({ label, words, isOriginal }, i) => {
        const kind = (known ? isOriginal : i === 0) ? "original" : "revised";
        return [label, pair, kind, words];
      });
    }).flat();
    const path = `classification/imdb_counterfactual_${split}.tsv.gz`;
    yield packTable(path, ["label", "pair", "kind", "text"], rows);
  }
};

/** Reviews from this number on are for dev, from the next for test; the ones beyond the last have no rationales of the first annotators. */
const FIRST_DEV = 720;
const FIRST_TEST = 800;
const BEYOND = 900;

interface Evidence {
  readonly start_token: number;
  readonly end_token: number;
}

function evidenceSpans(groups: unknown, fault: (what: string) => DataError): [number, number][] {
  const flat: unknown[] = Array.isArray(groups) ? groups.flat() : [];
  const spans = flat.map((item): [number, number] => {
    const { start_token: start, end_token: end } = (item ?? {}) as Partial<Evidence>;
    if (!Number.isInteger(start) || !Number.isInteger(end))
      throw fault("an evidence without start_token and end_token");
    return [start!, end!];
  });
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  // Overlapping passages become one.
  const merged: [number, number][] = [];
  for (const [start, end] of spans) {
    const last = merged.at(-1);
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** movies.tar.gz of the ERASER benchmark (DeYoung et al. 2020): docs/NAME holds the tokens, {train,val,test}.jsonl the evidence. */
export const convertMovieRationales: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("movies.tar.gz");
  const documents = new Map<string, string[]>();
  const annotations: { name: string; bytes: Uint8Array }[] = [];
  for (const { name, bytes } of tarFiles(path, readUnpacked(path))) {
    const base = name.split("/").at(-1)!;
    // What macOS adds to archives.
    if (base.startsWith("._")) continue;
    if (/(?:^|\/)docs\/[^/]+$/.test(name))
      documents.set(base, oneLineText(Buffer.from(bytes).toString("utf8")).split(" "));
    else if (/(?:^|\/)(?:train|val|test)\.jsonl$/.test(name)) annotations.push({ name: base, bytes });
  }
  const reviews: { number: number; record: Record<string, unknown> }[] = [];
  for (const { name, bytes } of annotations) {
    for (const { text, fault } of sourceLines(`${path}:${name}`, Buffer.from(bytes))) {
      const object = parseRecord(text, fault);
      const record = recordFields(object, fault);
      const document = record.text("annotation_id");
      const parts = /^((?:neg|pos)R_(\d+))(?:\.txt)?$/.exec(document);
      const number = Number(parts?.[2] ?? BEYOND);
      if (number >= BEYOND) continue;
      const tokens = documents.get(document) ?? documents.get(`${document}.txt`);
      if (tokens === undefined) throw fault(`there is no docs/${document}`);
      reviews.push({
        number,
        record: {
          id: parts![1],
          label: record.text("classification") === "POS" ? 1 : 0,
          split: number < FIRST_DEV ? "train" : number < FIRST_TEST ? "dev" : "test",
          tokens,
          rationales: evidenceSpans(object.evidences, fault),
        },
      });
    }
  }
  if (reviews.length === 0) throw new DataError(`${path}: no reviews with evidence`);
  const order = ({ record }: (typeof reviews)[number]) => String(record.id);
  reviews.sort((a, b) => order(a).localeCompare(order(b), "en"));
  yield packRecords(
    "classification/movie_rationales.jsonl.gz",
    reviews.map(({ record }) => record),
  );
};
