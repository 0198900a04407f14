/** From the official files of SNLI, its counterfactual pairs and SICK to the data folder. */

import { DataError } from "../../base/data-error.ts";
import { readUnpacked } from "../../base/text-file.ts";
import { parseRecord, recordFields } from "../kit/schema.ts";
import { zipFile } from "../kit/zip-archive.ts";
import { sourceLines, type Converter, type Sources } from "../kit/sources.ts";
import { packTable, type ConvertedFile } from "../kit/packing.ts";

/** snli_1.0.zip: snli_1.0_{train,dev,test}.jsonl. */
export const convertSnli: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("snli_1.0.zip");
  const archive = readUnpacked(path);
  for (const split of ["dev", "test", "train"]) {
    const name = `snli_1.0_${split}.jsonl`;
    const lines = sourceLines(`${path}:${name}`, zipFile(path, archive, name));
    const rows = function* () {
      for (const { text, fault } of lines) {
        const record = recordFields(parseRecord(text, fault), fault);
        yield ["gold_label", "sentence1", "sentence2", "pairID"].map(record.text);
      }
    };
    yield packTable(`entailment/snli_${split}.tsv.gz`, ["label", "premise", "hypothesis", "pair_id"], rows());
  }
};

/** The rows of a table with a header, as the columns asked for. */
function* columnsOf(path: string, bytes: Buffer, columns: readonly string[]): Generator<string[]> {
  let places: number[] | undefined;
  for (const { text, fault } of sourceLines(path, bytes)) {
    const cells = text.split("\t");
    if (places === undefined) {
      places = columns.map((name) => cells.indexOf(name));
      const missing = columns.find((_, i) => places![i]! < 0);
      if (missing !== undefined) throw fault(`no column "${missing}"`);
      continue;
    }
    if (text.trim() === "") continue;
    const row = places.map((place) => cells[place]);
    if (row.some((cell) => cell === undefined)) throw fault(`${cells.length} columns are too few`);
    yield row as string[];
  }
}

/** NLI/all_combined/train.tsv: original pairs with either sentence revised. */
export const convertSnliCounterfactual: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("train.tsv");
  yield packTable(
    "entailment/cad_snli_counterfactual_train.tsv.gz",
    ["label", "premise", "hypothesis"],
    columnsOf(path, readUnpacked(path), ["gold_label", "sentence1", "sentence2"]),
  );
};

const SICK_SPLITS: Readonly<Record<string, string>> = { TRAIN: "train", TRIAL: "dev", TEST: "test" };

/** SICK.zip: SICK.txt with a column that names the split. */
export const convertSick: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("SICK.zip");
  const bytes = zipFile(path, readUnpacked(path), "SICK.txt");
  const splits: Record<string, string[][]> = { train: [], dev: [], test: [] };
  const columns = ["SemEval_set", "entailment_label", "sentence_A", "sentence_B", "relatedness_score", "pair_ID"];
  for (const [set, label, ...rest] of columnsOf(`${path}:SICK.txt`, bytes, columns)) {
    const split = SICK_SPLITS[set!];
    if (split === undefined) throw new DataError(`${path}:SICK.txt: unknown SemEval_set ${JSON.stringify(set)}`);
    splits[split]!.push([label!.toLowerCase(), ...rest]);
  }
  for (const [split, rows] of Object.entries(splits)) {
    yield packTable(`entailment/sick_${split}.tsv.gz`, ["label", "premise", "hypothesis", "relatedness", "id"], rows);
  }
};
