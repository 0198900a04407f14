/** The sizes of one attention call, and how arrays that repeat over batch, heads or queries are read. */
import { checkLength, entryError, isArrayLike, valueError } from "../core/arguments.ts";
import type { DimensionOptions } from "./options.ts";

export interface Dimensions {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly features: number;
  readonly valueFeatures: number;
}

/** Visits every row of the weights: its index, its batch entry, its head and its query. */
export function eachRow(d: Dimensions, visit: (row: number, b: number, h: number, i: number) => void): void {
  let row = 0;
  for (let b = 0; b < d.batch; b++) {
    for (let h = 0; h < d.heads; h++) for (let i = 0; i < d.queries; i++) visit(row++, b, h, i);
  }
}

function count(name: string, value: unknown, missing: number): number {
  if (value === undefined) return missing;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw valueError(name, value, "an integer of 1 or more is needed");
  }
  return value;
}

function quotient(name: string, length: number, divisor: number, meaning: string): number {
  const result = length / divisor;
  if (!Number.isInteger(result)) {
    throw new RangeError(`${name} has ${length} entries, which is no multiple of ${meaning} = ${divisor}`);
  }
  return result;
}

/**
 * The sizes that follow from the lengths of queries [batch, heads, queries, features], keys [batch, keyHeads, keys, features]
 * and values [batch, keyHeads, keys, valueFeatures], which are undefined where only the weights are asked for.
 */
export function dimensionsOf(
  queries: ArrayLike<number>,
  keys: ArrayLike<number>,
  values: ArrayLike<number> | undefined,
  options: DimensionOptions,
): Dimensions {
  const batch = count("batch", options.batch, 1);
  const heads = count("heads", options.heads, 1);
  const keyHeads = count("keyHeads", options.keyHeads, heads);
  const features = count("features", options.features, 0);
  if (features === 0) throw valueError("features", options.features, "the size of a query is needed", "type");
  if (heads % keyHeads !== 0) {
    throw valueError("keyHeads", keyHeads, `a divisor of heads = ${heads} is needed`);
  }
  const queryCount = quotient("queries", queries.length, batch * heads * features, "batch * heads * features");
  const keyCount = quotient("keys", keys.length, batch * keyHeads * features, "batch * keyHeads * features");
  const rows = batch * keyHeads * keyCount;
  let valueFeatures = count("valueFeatures", options.valueFeatures, 0);
  if (values !== undefined) {
    if (valueFeatures === 0) {
      valueFeatures = keyCount === 0 ? features : quotient("values", values.length, rows, "batch * keyHeads * keys");
    }
    checkLength("values", values, rows * valueFeatures, "batch * keyHeads * keys * valueFeatures");
  }
  return { batch, heads, keyHeads, queries: queryCount, keys: keyCount, features, valueFeatures };
}

/** Distances in an array [batch?, heads?, queries?, keys?] from one index to the next along each axis (0: it repeats). */
export type Steps = readonly [batch: number, head: number, query: number, key: number];

/** The steps of an array of a shape, to which axes of size 1 are added at the front. */
function stepsOf(shape: readonly number[]): Steps {
  const sizes = [1, 1, 1, 1, ...shape].slice(-4);
  const steps = [0, 0, 0, 0];
  for (let axis = 3, inner = 1; axis >= 0; inner *= sizes[axis--]!) if (sizes[axis] !== 1) steps[axis] = inner;
  return steps as unknown as Steps;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((total, size) => total * size, 1);

function fromShape(name: string, length: number, given: unknown, d: Dimensions): Steps {
  const full = [d.batch, d.heads, d.queries, d.keys];
  const wanted = `sizes that repeat to [batch, heads, queries, keys] = [${full.join(", ")}] are needed`;
  if (!isArrayLike(given) || given.length === 0) throw valueError(`${name}Shape`, given, wanted, "type");
  const shape = Array.from(given);
  const words = `${name}Shape is [${shape.join(", ")}]`;
  if (shape.length > 4 || !shape.every((size, axis) => size === 1 || size === full[axis + 4 - shape.length])) {
    throw new RangeError(`${words}: ${wanted}`);
  }
  if (sizeOf(shape) !== length) throw new RangeError(`${name} has ${length} entries but ${words}`);
  return stepsOf(shape);
}

/**
 * The steps of an array over queries and keys: of the shape that is given, or of the one that its length tells: [queries, keys],
 * with heads, with batch, or with both before. Throws a RangeError where the length tells none, or more than one: [batch, keys],
 * a common shape of padding, is among them, since some batches make it as long as [queries, keys].
 */
export function stepsAlong(name: "mask" | "bias", length: number, shape: unknown, d: Dimensions): Steps {
  if (shape !== undefined) return fromShape(name, length, shape, d);
  const { batch, heads, queries, keys } = d;
  const padding = { words: "[batch, 1, 1, keys]", shape: [batch, 1, 1, keys] };
  const candidates = [
    { words: "[queries, keys]", shape: [queries, keys] },
    { words: "[heads, queries, keys]", shape: [heads, queries, keys] },
    { words: "[batch, 1, queries, keys]", shape: [batch, 1, queries, keys] },
    { words: "[batch, heads, queries, keys]", shape: [batch, heads, queries, keys] },
    padding,
  ].filter((candidate) => sizeOf(candidate.shape) === length);
  const distinct = candidates.filter((candidate, at) => {
    const own = stepsOf(candidate.shape).join();
    return candidates.findIndex((other) => stepsOf(other.shape).join() === own) === at;
  });
  const forPadding = name === "mask" ? " (padding, [batch, keys], is given as keyPaddingMask)" : "";
  const [first] = distinct;
  if (first === undefined || (distinct.length === 1 && first === padding)) {
    throw new RangeError(
      `${name} has ${length} entries: queries * keys = ${queries * keys} are needed, or that times heads = ${heads}, times ` +
        `batch = ${batch}, or times both; a shape of another size is named by ${name}Shape${forPadding}`,
    );
  }
  if (distinct.length > 1 && length > 0) {
    const all = distinct.map((candidate) => `${candidate.words} = [${candidate.shape.join(", ")}]`);
    throw new RangeError(
      `${name} has ${length} entries, which may be ${all.join(" or ")}: give ${name}Shape${forPadding}`,
    );
  }
  return stepsOf(first.shape);
}

/** Valid prefixes, one per batch entry, checked. */
export function checkPrefixes(
  name: string,
  prefixes: ArrayLike<number> | undefined,
  batch: number,
  most: number,
): void {
  if (prefixes === undefined) return;
  checkLength(name, prefixes, batch, "one per batch entry");
  for (let b = 0; b < batch; b++) {
    const prefix = prefixes[b]!;
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) {
      throw entryError(name, b, prefix, `an integer from 0 to ${most} is needed`);
    }
  }
}
