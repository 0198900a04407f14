/** Which keys a query sees: masks, padding, valid prefixes and causality, as a mask and a prefix per row. */
import { checkLength, isArrayLike, show, valueError } from "../core/arguments.ts";
import { checkPrefixes, eachRow, stepsAlong, type Dimensions } from "./dimensions.ts";
import type { AttentionOptions } from "./options.ts";

type Mask = ArrayLike<number | boolean>;

/** What is hidden in one call. */
export interface Visibility {
  /** 1 keeps, per row and key; undefined where nothing is hidden so. */
  readonly mask: Mask | undefined;
  /** Keys of every row that may be seen, a prefix. */
  readonly prefixes: Int32Array | undefined;
  /** Keys that are padding, [batch, keys]: what they and their values hold is of no account. */
  readonly paddedKeys: Uint8Array | undefined;
  /** Whether a query is padding. */
  isPaddedQuery(b: number, i: number): boolean;
}

/** Throws unless every entry is 0, 1, false or true: an additive mask would be read as its opposite. */
function checkMask(name: string, mask: unknown): asserts mask is Mask {
  if (!isArrayLike(mask)) throw valueError(name, mask, "an array is needed", "type");
  for (let i = 0; i < mask.length; i++) {
    const entry: unknown = mask[i];
    if (entry === 0 || entry === 1 || entry === true || entry === false) continue;
    throw new RangeError(
      `${name}[${i}] is ${show(entry)}: 0, 1, false or true is needed (for an additive mask use bias)`,
    );
  }
}

/** The place of the last valid query among the keys, less the number of valid queries: see `causal`. */
function causalOffset(d: Dimensions, options: AttentionOptions, b: number): number {
  const { lengths, queryLengths, causal } = options;
  if (causal === "start") return 0;
  const validKeys = lengths?.[b] ?? d.keys;
  const validQueries = queryLengths?.[b] ?? (d.queries === d.keys ? validKeys : d.queries);
  return validKeys - validQueries;
}

function prefixesOf(d: Dimensions, options: AttentionOptions): Int32Array | undefined {
  const { lengths, queryLengths, causal = false } = options;
  checkPrefixes("lengths", lengths, d.batch, d.keys);
  checkPrefixes("queryLengths", queryLengths, d.batch, d.queries);
  if (causal !== true && causal !== false && causal !== "start" && causal !== "end") {
    throw valueError("causal", causal, 'true, false, "start" or "end" is needed', "type");
  }
  if (lengths === undefined && queryLengths === undefined && causal === false) return undefined;
  const result = new Int32Array(d.batch * d.heads * d.queries);
  eachRow(d, (row, b, _, i) => {
    let end = lengths?.[b] ?? d.keys;
    if (causal !== false) end = Math.min(end, i + 1 + causalOffset(d, options, b));
    if (queryLengths !== undefined && i >= queryLengths[b]!) end = 0;
    result[row] = Math.max(end, 0);
  });
  return result;
}

function paddedKeysOf(d: Dimensions, { lengths, keyPaddingMask }: AttentionOptions): Uint8Array | undefined {
  if (keyPaddingMask !== undefined) {
    checkMask("keyPaddingMask", keyPaddingMask);
    checkLength("keyPaddingMask", keyPaddingMask, d.batch * d.keys, "[batch, keys]");
  }
  if (lengths === undefined && keyPaddingMask === undefined) return undefined;
  const padded = new Uint8Array(d.batch * d.keys);
  for (let b = 0, at = 0; b < d.batch; b++) {
    for (let j = 0; j < d.keys; j++, at++) {
      const kept = j < (lengths?.[b] ?? d.keys) && (keyPaddingMask === undefined || Boolean(keyPaddingMask[at]));
      padded[at] = kept ? 0 : 1;
    }
  }
  return padded;
}

/** The mask of every row and key; undefined where there is none. */
function maskOf(d: Dimensions, options: AttentionOptions, paddedKeys: Uint8Array | undefined): Mask | undefined {
  const { mask, maskShape, keyPaddingMask } = options;
  if (mask === undefined) {
    if (maskShape !== undefined) throw new TypeError("maskShape is given without a mask");
    if (keyPaddingMask === undefined) return undefined;
  } else checkMask("mask", mask);
  const rows = d.batch * d.heads * d.queries;
  const [batchStep, headStep, queryStep, keyStep] =
    mask === undefined ? [0, 0, 0, 0] : stepsAlong("mask", mask.length, maskShape, d);
  if (keyPaddingMask === undefined && mask !== undefined && mask.length === rows * d.keys) return mask;
  const full = new Uint8Array(rows * d.keys);
  eachRow(d, (row, b, h, i) => {
    const from = b * batchStep + h * headStep + i * queryStep;
    for (let j = 0; j < d.keys; j++) {
      const kept = mask === undefined || Boolean(mask[from + j * keyStep]);
      full[row * d.keys + j] = kept && (keyPaddingMask === undefined || paddedKeys![b * d.keys + j] === 0) ? 1 : 0;
    }
  });
  return full;
}

/** What the options hide. Throws a RangeError or TypeError that names the option and its index. */
export function visibilityOf(d: Dimensions, options: AttentionOptions): Visibility {
  const prefixes = prefixesOf(d, options);
  const paddedKeys = paddedKeysOf(d, options);
  const { queryLengths } = options;
  return {
    mask: maskOf(d, options, paddedKeys),
    prefixes,
    paddedKeys,
    isPaddedQuery: (b, i) => queryLengths !== undefined && i >= queryLengths[b]!,
  };
}
