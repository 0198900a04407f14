/** The options of attention: sizes, what is hidden, what is added, and the mapping with its own options. */
import { checkOptions, isArrayLike, valueError } from "../core/arguments.ts";
import type { Scores } from "../core/rows.ts";

/** Sizes that the lengths of the arrays do not tell. */
export interface DimensionOptions {
  /** Size of a query and of a key. */
  readonly features: number;
  /** Entries of the batch. Default 1. */
  readonly batch?: number | undefined;
  /** Heads of the queries. Default 1. */
  readonly heads?: number | undefined;
  /** Heads of the keys and values; each serves heads / keyHeads query heads in a row (grouped queries). Default heads. */
  readonly keyHeads?: number | undefined;
  /** Size of a value. Default: it follows from the length of the values; where there is no key, `features`. */
  readonly valueFeatures?: number | undefined;
}

/** A mapping from scores to weights: one of this library, or one that `regularized` made. */
export interface AttentionMapping {
  readonly mappingName: string;
  readonly hyperParameters: readonly string[];
  (scores: never, options?: never): unknown;
  vjp(scores: never, options?: never): unknown;
}

/** The options of a mapping that attention gives itself. */
type GivenByAttention = "shape" | "axis" | "mask" | "lengths" | "out";

/** The options of the mapping M inside attention: gamma, its hyper-parameters, and what else it takes (a grid, edges). */
export type MappingOptionsOf<M extends AttentionMapping> = AttentionMapping extends M
  ? { readonly [option: string]: unknown }
  : M extends (...args: infer P) => unknown
    ? P extends readonly [unknown, (infer O)?]
      ? Omit<NonNullable<O>, GivenByAttention>
      : never
    : never;

/** The options of attention beside the mapping and its own. */
export interface MaskingOptions extends DimensionOptions {
  /** Factor of the scores. Default 1 / sqrt(features). */
  readonly scale?: number | undefined;
  /**
   * 1 or true keeps a key for a query, 0 or false hides it: [queries, keys], or with heads, with batch or with both before. A
   * mask that is added to the scores is a `bias`.
   */
  readonly mask?: ArrayLike<number | boolean> | undefined;
  /**
   * The shape of `mask`, which repeats over axes of size 1 and those left out at the front: [batch, 1, 1, keys], [heads, 1,
   * keys]. Needed only where the length of the mask allows more than one shape.
   */
  readonly maskShape?: readonly number[] | undefined;
  /** [batch, keys]: 1 or true keeps a key, 0 or false marks padding (PyTorch's key_padding_mask has true for padding). */
  readonly keyPaddingMask?: ArrayLike<number | boolean> | undefined;
  /** Valid keys, one per batch entry: a prefix. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Valid queries, one per batch entry: a prefix; the others get weights and context 0. */
  readonly queryLengths?: ArrayLike<number> | undefined;
  /**
   * Whether a query sees no key that comes after it. "end", or true: the last valid query stands at the last valid key, as a
   * decoder with cached keys needs: query i sees the keys up to i + (valid keys - valid queries) of its batch entry. Without
   * `queryLengths` all queries are valid, but where there are as many queries as keys they are the same tokens: `lengths` counts
   * both. "start": query i sees the keys up to i (PyTorch's is_causal). Default false.
   */
  readonly causal?: boolean | "start" | "end" | undefined;
  /** Added to the scaled scores; shaped like the mask. -Infinity hides a key. Its gradient comes back in the same shape. */
  readonly bias?: Scores | undefined;
  /** The shape of `bias`, as for the mask. */
  readonly biasShape?: readonly number[] | undefined;
  /** Rate at which weights are dropped on their way to the context (training), from 0 up to, not including, 1. Default 0. */
  readonly dropout?: number | undefined;
  /** Seed of the dropout, an integer. Default 0. */
  readonly seed?: number | undefined;
}

/** The options of attention with the mapping M. */
export interface AttentionOptions<M extends AttentionMapping = AttentionMapping> extends MaskingOptions {
  /** From scores to weights. Default `softmax`. */
  readonly mapping?: M | undefined;
  /**
   * The mapping's own options: gamma, its hyper-parameters, and what else it takes (a grid, edges). A hyper-parameter is one
   * number, one per head, or one per row (batch * heads * queries); its gradient comes back in the same form.
   */
  readonly mappingOptions?: MappingOptionsOf<M> | undefined;
}

const optionNames = [
  "features",
  "batch",
  "heads",
  "keyHeads",
  "valueFeatures",
  "mapping",
  "mappingOptions",
  "scale",
  "mask",
  "maskShape",
  "keyPaddingMask",
  "lengths",
  "queryLengths",
  "causal",
  "bias",
  "biasShape",
  "dropout",
  "seed",
];

/** Throws unless the options are an object of known names; what each holds is checked where it is read. */
export function checkAttentionOptions(options: unknown): asserts options is AttentionOptions {
  if (options === undefined) {
    throw new TypeError("options is undefined: attention needs options.features, the size of a query and of a key");
  }
  checkOptions("attention", options, optionNames);
}

/** Options of a mapping that attention has under a name of its own. */
const atAttention: Readonly<Record<string, string>> = {
  shape: "attention gives the shape itself",
  axis: "attention maps along the keys",
  mask: "give mask or keyPaddingMask to attention itself",
  lengths: "give lengths to attention itself",
  out: "attention takes no memory for the weights",
};

/** Throws unless the mapping's options are an object without those that attention gives itself. */
export function checkMappingOptions(given: unknown): asserts given is Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || isArrayLike(given)) {
    throw valueError("mappingOptions", given, "an object of the mapping's options is needed", "type");
  }
  for (const [name, reason] of Object.entries(atAttention)) {
    if (name in given) throw new TypeError(`mappingOptions.${name} is not taken: ${reason}`);
  }
}
