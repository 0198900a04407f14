/** What a converter reads: the official files of a data set, as they were fetched. */

import { DataError } from "../../base/data-error.ts";
import { linesOf, readUnpacked } from "../../base/text-file.ts";
import type { ConvertedFile } from "./packing.ts";

/** Paths of the fetched files by their names in the catalogue. */
export type Sources = (name: string) => string;

/** Makes the files of the data folder, one after another. @throws DataError when a source is not as expected. */
export type Converter = (sources: Sources) => Iterable<ConvertedFile>;

/** The lines of a text, with a function that makes the error for each. */
export function* sourceLines(
  path: string,
  bytes: Buffer = readUnpacked(path),
): Generator<{ text: string; fault: (what: string) => DataError }> {
  for (const { line, text } of linesOf(path, bytes))
    yield { text, fault: (what) => new DataError(`${path}:${line}: ${what}`) };
}
