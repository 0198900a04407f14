/** From the repository of easy-VQA to the data folder. */

import { DataError } from "../../base/data-error.ts";
import { readUnpacked } from "../../base/text-file.ts";
import { packTar, tarFiles, type ArchivedFile } from "../kit/tar-archive.ts";
import type { Converter, Sources } from "../kit/sources.ts";
import { packTable, type ConvertedFile } from "../kit/packing.ts";

function parseQuestions(where: string, bytes: Uint8Array): (string | number)[][] {
  let rows: unknown;
  try {
    rows = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new DataError(`${where}: not JSON (${(error as Error).message})`);
  }
  const fits = (row: unknown): row is (string | number)[] =>
    Array.isArray(row) &&
    row.length === 3 &&
    typeof row[0] === "string" &&
    typeof row[1] === "string" &&
    Number.isInteger(row[2]);
  if (!Array.isArray(rows) || !rows.every(fits))
    throw new DataError(`${where}: expected a list of [question, answer, image]`);
  return rows;
}

/** easy_vqa/data/{train,test}: questions.json and images/0.png and so on. */
export const convertEasyVqa: Converter = function* (sources: Sources): Generator<ConvertedFile> {
  const path = sources("easy-VQA.tar.gz");
  const files = Array.from(tarFiles(path, readUnpacked(path)));
  for (const split of ["train", "test"]) {
    const inside = (name: string) => new RegExp(`(?:^|/)easy_vqa/data/${split}/${name}$`);
    const questions = files.find(({ name }) => inside("questions\\.json").test(name));
    if (questions === undefined) throw new DataError(`${path}: no easy_vqa/data/${split}/questions.json`);
    yield packTable(
      `vqa/easy_vqa_${split}_questions.tsv.gz`,
      ["question", "answer", "image"],
      parseQuestions(`${path}:${questions.name}`, questions.bytes),
    );
    const numbered: { number: number; file: ArchivedFile }[] = [];
    for (const { name, bytes } of files) {
      const number = inside("images/(\\d+)\\.png").exec(name)?.[1];
      if (number !== undefined)
        numbered.push({ number: Number(number), file: { name: `${split}/${number}.png`, bytes } });
    }
    numbered.sort((a, b) => a.number - b.number);
    yield { path: `vqa/easy_vqa_${split}_images.tar`, bytes: packTar(numbered.map(({ file }) => file)) };
  }
};
