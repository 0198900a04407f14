/** NumPy's .npz files: zip archives of .npy files. */
import { unzipSync } from "fflate";
import { UserError } from "../terminal/errors.ts";
import { unknownName } from "../terminal/suggest.ts";
import { parseNpy } from "./npy.ts";
import type { ScoreArray } from "./score-array.ts";

/** Whether the bytes begin like a zip archive, an empty one included. */
export function isZip(bytes: Uint8Array): boolean {
  const [p, k, third, fourth] = bytes;
  return p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}

/**
 * An array of an .npz file: the one called `array`, or the only one.
 * @param name names the file in errors.
 * @throws UserError when the archive is broken, has no such array, or several and none is named.
 */
export function parseNpz(bytes: Uint8Array, name: string, array?: string): ScoreArray {
  const arrays: string[] = [];
  let found: Readonly<Record<string, Uint8Array>>;
  try {
    // The directory alone is read first: an archive may hold far more than the array that is wanted.
    unzipSync(bytes, { filter: (file) => (file.name.endsWith(".npy") && arrays.push(file.name.slice(0, -4)), false) });
    const wanted = wantedArray(arrays, name, array);
    found = unzipSync(bytes, { filter: (file) => file.name === `${wanted}.npy` });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: it is a broken zip archive: ${(error as Error).message}`);
  }
  const [[file, content]] = Object.entries(found) as [[string, Uint8Array]];
  return parseNpy(content, `${name}, ${file.slice(0, -4)}`);
}

function wantedArray(arrays: readonly string[], name: string, array: string | undefined): string {
  if (arrays.length === 0) {
    throw new UserError(`${name}: it is a zip archive without NumPy arrays: write it with numpy.savez`);
  }
  if (array !== undefined) {
    if (!arrays.includes(array)) throw new UserError(`${name}: ${unknownName("array", array, arrays)}`);
    return array;
  }
  if (arrays.length > 1) {
    throw new UserError(`${name}: it holds the arrays ${arrays.join(", ")}: choose one with --array NAME`);
  }
  return arrays[0]!;
}
