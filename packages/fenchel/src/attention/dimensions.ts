/** The sizes of one attention call, and how arrays that repeat over batch or heads are read. */
import { checkLength, entryError, valueError } from "../core/arguments.ts";

/** What the caller may say of the sizes; the rest follows from the lengths of the arrays. */
export interface DimensionOptions {
  /** Size of a query and of a key. */
  readonly features: number;
  /** Default 1. */
  readonly batch?: number | undefined;
  /** Heads of the queries. Default 1. */
  readonly heads?: number | undefined;
  /** Heads of the keys and values; each serves heads / keyHeads query heads in a row (grouped queries). Default heads. */
  readonly keyHeads?: number | undefined;
}

export interface Dimensions {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly features: number;
  readonly valueFeatures: number;
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

/** The sizes that the lengths of queries [batch, heads, queries, features], keys and values lead to. */
export function dimensionsOf(
  queries: ArrayLike<number>,
  keys: ArrayLike<number>,
  values: ArrayLike<number>,
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
  const valueFeatures =
    keyCount === 0 ? 0 : quotient("values", values.length, batch * keyHeads * keyCount, "batch * keyHeads * keys");
  return { batch, heads, keyHeads, queries: queryCount, keys: keyCount, features, valueFeatures };
}

/** How far one step in batch and one in heads move in an array [batch?, heads?, queries, keys] (0: it repeats). */
export interface Broadcast {
  readonly batchStep: number;
  readonly headStep: number;
}

/** Reads how an array over queries and keys repeats: [queries, keys], with heads, with batch, or with both before. */
export function broadcastOf(name: string, array: ArrayLike<unknown>, d: Dimensions): Broadcast {
  const plane = d.queries * d.keys;
  const { length } = array;
  if (length === d.batch * d.heads * plane) return { batchStep: d.heads * plane, headStep: plane };
  if (length === plane) return { batchStep: 0, headStep: 0 };
  if (length === d.batch * plane && d.batch !== d.heads) return { batchStep: plane, headStep: 0 };
  if (length === d.heads * plane && d.batch !== d.heads) return { batchStep: 0, headStep: plane };
  throw new RangeError(
    `${name} has ${length} entries: queries * keys = ${plane} are needed, or that times heads = ${d.heads}, times ` +
      `batch = ${d.batch}, or times both (where batch equals heads: times both)`,
  );
}

/** Valid prefixes, one a batch entry, checked. */
export function checkPrefixes(
  name: string,
  prefixes: ArrayLike<number> | undefined,
  batch: number,
  most: number,
): void {
  if (prefixes === undefined) return;
  checkLength(name, prefixes, batch, "one a batch entry");
  for (let b = 0; b < batch; b++) {
    const prefix = prefixes[b]!;
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) {
      throw entryError(name, b, prefix, `an integer from 0 to ${most} is needed`);
    }
  }
}
