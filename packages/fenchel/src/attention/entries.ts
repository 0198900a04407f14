/** The entries of queries, keys, values and bias, checked under their own names; padding may hold any number. */
import { entryError, show } from "../core/arguments.ts";
import type { Scores } from "../core/rows.ts";
import { eachRow, type Dimensions, type Steps } from "./dimensions.ts";
import type { Visibility } from "./visibility.ts";

/** Throws at an entry that is no number, and at one that is not `fine` unless `excused` says that it takes no part. */
function checkEntries(
  name: string,
  array: Scores,
  fine: (entry: number) => boolean,
  wanted: string,
  excused: (index: number) => boolean,
): void {
  const list = Array.isArray(array);
  for (let i = 0; i < array.length; i++) {
    const entry: unknown = array[i];
    if (list && typeof entry !== "number") {
      throw new TypeError(`${name}[${i}] is ${show(entry)}: every entry must be a number`);
    }
    if (!fine(entry as number) && !excused(i)) throw entryError(name, i, entry, wanted);
  }
}

const finite = "every entry must be finite";

/** Checks queries, keys and, where they are given, values. */
export function checkInputs(
  d: Dimensions,
  { paddedKeys, isPaddedQuery }: Visibility,
  queries: Scores,
  keys: Scores,
  values: Scores | undefined,
): void {
  checkEntries("queries", queries, Number.isFinite, finite, (index) => {
    const row = Math.floor(index / d.features);
    return isPaddedQuery(Math.floor(row / (d.heads * d.queries)), row % d.queries);
  });
  const isPaddedKey = (index: number, size: number) => {
    const row = Math.floor(index / size);
    const b = Math.floor(row / (d.keyHeads * d.keys));
    return paddedKeys?.[b * d.keys + (row % d.keys)] === 1;
  };
  checkEntries("keys", keys, Number.isFinite, finite, (index) => isPaddedKey(index, d.features));
  if (values === undefined) return;
  checkEntries("values", values, Number.isFinite, finite, (index) => isPaddedKey(index, d.valueFeatures));
}

/** Checks the bias, which may be -Infinity; where everything that it is added to is hidden it may hold any number. */
export function checkBias(d: Dimensions, { mask, prefixes }: Visibility, bias: Scores, steps: Steps): void {
  const [batchStep, headStep, queryStep, keyStep] = steps;
  const isHidden = (index: number) => {
    let hidden = true;
    eachRow(d, (row, b, h, i) => {
      const from = b * batchStep + h * headStep + i * queryStep;
      const end = prefixes?.[row] ?? d.keys;
      for (let j = 0; j < end; j++) {
        if (from + j * keyStep === index && (mask === undefined || mask[row * d.keys + j])) hidden = false;
      }
    });
    return hidden;
  };
  checkEntries(
    "bias",
    bias,
    (entry) => entry < Infinity,
    "every entry must be finite, or -Infinity to hide a key",
    isHidden,
  );
}
