/** Attention on plain arrays with any mapping: the reference that fused versions are held against. */
import { checkOptions, isArrayLike, valueError } from "../core/arguments.ts";
import type { Mapping, VectorJacobian } from "../core/contract.ts";
import { softmax } from "../mappings/softmax.ts";
import { checkScores, sameKind, type SameKind, type Scores } from "../core/rows.ts";
import { broadcastOf, checkPrefixes, dimensionsOf, type DimensionOptions, type Dimensions } from "./dimensions.ts";
import { dropoutFactors } from "./dropout.ts";
import { addTimes, addTimesTransposed, addTransposedTimes } from "./products.ts";

/** A mapping whose own options are not known here. */
type AnyMapping = Mapping<never, { readonly [option: string]: unknown }, string>;

export interface AttentionOptions extends DimensionOptions {
  /** From scores to weights. Default softmax. */
  readonly mapping?: unknown;
  /**
   * The mapping's options: gamma, its hyper-parameters, and what else it takes (a grid). A hyper-parameter is one number,
   * one a head, or one a row (batch * heads * queries); its gradient comes back in the same form.
   */
  readonly mappingOptions?: { readonly [option: string]: unknown } | undefined;
  /** Factor of the scores. Default 1 / sqrt(features). */
  readonly scale?: number | undefined;
  /** 0 or false hides a key from a query: [queries, keys], or with heads, batch or both before. */
  readonly mask?: ArrayLike<number | boolean> | undefined;
  /** Query i sees the keys up to i + keys - queries: aligned at the end, as a decoder with cached keys needs. */
  readonly causal?: boolean | undefined;
  /** Added to the scaled scores; shaped like the mask. Its gradient comes back in the same shape. */
  readonly bias?: Scores | undefined;
  /** Valid keys, one a batch entry. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Valid queries, one a batch entry; the others get weights and context 0. */
  readonly queryLengths?: ArrayLike<number> | undefined;
  /** Rate at which weights are dropped on their way to the context (training). Default 0. */
  readonly dropout?: number | undefined;
  /** Seed of the dropout. Default 0. */
  readonly seed?: number | undefined;
}

/** Gradients of <cotangent, context>. */
export interface AttentionGradients<A> {
  readonly queries: SameKind<A>;
  readonly keys: SameKind<A>;
  readonly values: SameKind<A>;
  /** In the shape of the bias; undefined without one. */
  readonly bias: SameKind<A> | undefined;
  /** Of gamma and of the mapping's own hyper-parameter, by name, in the form in which each was given. */
  readonly hyperParameters: Readonly<Record<string, number | ArrayLike<number>>>;
}

export interface AttentionVectorJacobian<A> {
  /** [batch, heads, queries, valueFeatures]. */
  readonly context: SameKind<A>;
  /** [batch, heads, queries, keys], before dropout. */
  readonly weights: SameKind<A>;
  /** Gradients for a cotangent of the context; may be called many times. */
  pullback(cotangent: Scores): AttentionGradients<A>;
}

const optionNames = [
  "features",
  "batch",
  "heads",
  "keyHeads",
  "mapping",
  "mappingOptions",
  "scale",
  "mask",
  "causal",
  "bias",
  "lengths",
  "queryLengths",
  "dropout",
  "seed",
];

type AnyArray = number[] | Float32Array | Float64Array;

interface Forward {
  readonly d: Dimensions;
  readonly scale: number;
  readonly dropped: Float32Array | null;
  readonly mapped: VectorJacobian<Scores, string, number, number>;
  readonly perHead: readonly string[];
}

/** Visits every head: its index in the batch, its block of queries and the block of keys and values that serves it. */
function eachHead(d: Dimensions, visit: (head: number, keyHead: number, b: number, h: number) => void): void {
  const group = d.heads / d.keyHeads;
  for (let b = 0; b < d.batch; b++) {
    for (let h = 0; h < d.heads; h++) visit(b * d.heads + h, b * d.keyHeads + Math.floor(h / group), b, h);
  }
}

/** The last key that query `i` may see, and the valid prefixes, as one prefix a row. */
function prefixes(d: Dimensions, options: AttentionOptions): Int32Array | undefined {
  const { lengths, queryLengths, causal } = options;
  checkPrefixes("lengths", lengths, d.batch, d.keys);
  checkPrefixes("queryLengths", queryLengths, d.batch, d.queries);
  if (lengths === undefined && queryLengths === undefined && causal !== true) return undefined;
  const result = new Int32Array(d.batch * d.heads * d.queries);
  eachHead(d, (head, _, b) => {
    for (let i = 0; i < d.queries; i++) {
      let end = lengths?.[b] ?? d.keys;
      if (causal === true) end = Math.min(end, i + 1 + d.keys - d.queries);
      if (queryLengths !== undefined && i >= queryLengths[b]!) end = 0;
      result[head * d.queries + i] = Math.max(end, 0);
    }
  });
  return result;
}

/** The mask of every head, or undefined. */
function fullMask(
  d: Dimensions,
  mask: ArrayLike<number | boolean> | undefined,
): ArrayLike<number | boolean> | undefined {
  if (mask === undefined) return undefined;
  if (!isArrayLike(mask)) throw valueError("mask", mask, "an array is needed", "type");
  const { batchStep, headStep } = broadcastOf("mask", mask, d);
  const plane = d.queries * d.keys;
  if (mask.length === d.batch * d.heads * plane) return mask;
  const full = new Uint8Array(d.batch * d.heads * plane);
  eachHead(d, (head, _, b, h) => {
    const from = b * batchStep + h * headStep;
    for (let i = 0; i < plane; i++) full[head * plane + i] = mask[from + i] ? 1 : 0;
  });
  return full;
}

/** Hyper-parameters given one a head become one a row; the names of those come back, too. */
function spreadOverRows(d: Dimensions, given: Readonly<Record<string, unknown>>) {
  const rows = d.batch * d.heads * d.queries;
  const options: Record<string, unknown> = {};
  const perHead: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const numbers = isArrayLike(value) && typeof value[0] === "number" && name !== "grid" && name !== "edges";
    if (numbers && value.length === d.heads && rows !== d.heads) {
      perHead.push(name);
      options[name] = Float64Array.from({ length: rows }, (_, row) => value[Math.floor(row / d.queries) % d.heads]!);
    } else options[name] = value;
  }
  return { options, perHead };
}

function forward(queries: Scores, keys: Scores, values: Scores, options: AttentionOptions): Forward {
  checkScores("queries", queries);
  checkScores("keys", keys);
  checkScores("values", values);
  checkOptions("attention", options, optionNames);
  const mapping = (options.mapping ?? softmax) as AnyMapping;
  if (typeof mapping !== "function" || typeof mapping.vjp !== "function") {
    throw valueError("mapping", mapping, "a mapping such as sparsemax is needed", "type");
  }
  const d = dimensionsOf(queries, keys, values, options);
  const scale = options.scale ?? 1 / Math.sqrt(d.features);
  if (typeof scale !== "number" || !Number.isFinite(scale))
    throw valueError("scale", scale, "a finite number is needed");
  const plane = d.queries * d.keys;
  const rows = d.batch * d.heads * d.queries;
  const scores = sameKind(queries, rows * d.keys);
  eachHead(d, (head, keyHead) => {
    addTimesTransposed(
      { of: scores, at: head * plane, columns: d.keys },
      { of: queries, at: head * d.queries * d.features, columns: d.features },
      { of: keys, at: keyHead * d.keys * d.features, columns: d.features },
      d.queries,
      d.keys,
      scale,
    );
  });
  const { bias } = options;
  if (bias !== undefined) {
    checkScores("bias", bias);
    const { batchStep, headStep } = broadcastOf("bias", bias, d);
    eachHead(d, (head, _, b, h) => {
      const from = b * batchStep + h * headStep;
      for (let i = 0; i < plane; i++) scores[head * plane + i]! += bias[from + i]!;
    });
  }
  const { options: mappingOptions, perHead } = spreadOverRows(d, options.mappingOptions ?? {});
  const mapped = mapping.vjp(scores as Scores, {
    ...mappingOptions,
    shape: [rows, d.keys],
    mask: fullMask(d, options.mask),
    lengths: prefixes(d, options),
  });
  const dropped = dropoutFactors(options.dropout ?? 0, options.seed ?? 0, rows * d.keys);
  return { d, scale, dropped, mapped, perHead };
}

/** The weights as they meet the values. */
function droppedWeights(weights: Scores, factors: Float32Array | null): Scores {
  if (factors === null) return weights;
  const result = sameKind(weights, weights.length);
  for (let i = 0; i < weights.length; i++) result[i] = weights[i]! * factors[i]!;
  return result;
}

function contextOf({ d, dropped }: Forward, weights: Scores, queries: Scores, values: Scores): AnyArray {
  const context = sameKind(queries, d.batch * d.heads * d.queries * d.valueFeatures);
  const used = droppedWeights(weights, dropped);
  eachHead(d, (head, keyHead) => {
    addTimes(
      { of: context, at: head * d.queries * d.valueFeatures, columns: d.valueFeatures },
      { of: used, at: head * d.queries * d.keys, columns: d.keys },
      { of: values, at: keyHead * d.keys * d.valueFeatures, columns: d.valueFeatures },
      d.queries,
      d.valueFeatures,
      1,
    );
  });
  return context;
}

/** Gradients one a row, summed to one a head where the hyper-parameter was given so. */
function inHeads(d: Dimensions, perRow: ArrayLike<number>, like: unknown): number[] | Float32Array | Float64Array {
  const sums = sameKind(isArrayLike(like) ? (like as Scores) : [], d.heads);
  for (let row = 0; row < perRow.length; row++) sums[Math.floor(row / d.queries) % d.heads]! += perRow[row]!;
  return sums;
}

function attend<A extends Scores>(queries: A, keys: A, values: A, options: AttentionOptions): SameKind<A> {
  const run = forward(queries, keys, values, options);
  return contextOf(run, run.mapped.weights as Scores, queries, values) as SameKind<A>;
}

function weightsOf<A extends Scores>(queries: A, keys: A, options: AttentionOptions): SameKind<A> {
  return forward(queries, keys, keys, options).mapped.weights as SameKind<A>;
}

function vjp<A extends Scores>(queries: A, keys: A, values: A, options: AttentionOptions): AttentionVectorJacobian<A> {
  const run = forward(queries, keys, values, options);
  const { d, scale, dropped, mapped, perHead } = run;
  // Copies: the caller may reuse its arrays before the pullback.
  const q = queries.slice() as Scores;
  const k = keys.slice() as Scores;
  const v = values.slice() as Scores;
  const weights = mapped.weights as Scores;
  const used = droppedWeights(weights.slice() as Scores, dropped);
  const context = contextOf(run, weights, queries, values);
  const plane = d.queries * d.keys;

  const pullback = (cotangent: Scores): AttentionGradients<A> => {
    checkScores("cotangent", cotangent);
    if (cotangent.length !== context.length) {
      throw new RangeError(`cotangent has ${cotangent.length} entries: ${context.length} are needed (as the context)`);
    }
    const gradients = {
      queries: sameKind(q, q.length),
      keys: sameKind(q, k.length),
      values: sameKind(q, v.length),
      bias: undefined as AnyArray | undefined,
    };
    const dWeights = sameKind(q, weights.length);
    eachHead(d, (head, keyHead) => {
      const dContext = { of: cotangent, at: head * d.queries * d.valueFeatures, columns: d.valueFeatures };
      const valueBlock = { of: v, at: keyHead * d.keys * d.valueFeatures, columns: d.valueFeatures };
      const weightBlock = { of: used, at: head * plane, columns: d.keys };
      addTimesTransposed(
        { of: dWeights, at: head * plane, columns: d.keys },
        dContext,
        valueBlock,
        d.queries,
        d.keys,
        1,
      );
      addTransposedTimes({ ...valueBlock, of: gradients.values }, weightBlock, dContext, d.queries, d.valueFeatures, 1);
    });
    if (dropped !== null) for (let i = 0; i < dWeights.length; i++) dWeights[i]! *= dropped[i]!;
    const { scores: dScores, ...others } = mapped.pullback(dWeights) as unknown as { scores: Scores } & Record<
      string,
      number | ArrayLike<number>
    >;
    eachHead(d, (head, keyHead) => {
      const dBlock = { of: dScores, at: head * plane, columns: d.keys };
      const queryBlock = { of: q, at: head * d.queries * d.features, columns: d.features };
      const keyBlock = { of: k, at: keyHead * d.keys * d.features, columns: d.features };
      addTimes({ ...queryBlock, of: gradients.queries }, dBlock, keyBlock, d.queries, d.features, scale);
      addTransposedTimes({ ...keyBlock, of: gradients.keys }, dBlock, queryBlock, d.queries, d.features, scale);
    });
    if (options.bias !== undefined) {
      const { batchStep, headStep } = broadcastOf("bias", options.bias, d);
      const dBias = sameKind(q, options.bias.length);
      eachHead(d, (head, _, b, h) => {
        const to = b * batchStep + h * headStep;
        for (let i = 0; i < plane; i++) dBias[to + i]! += dScores[head * plane + i]!;
      });
      gradients.bias = dBias;
    }
    for (const name of perHead) {
      const perRow = others[name];
      if (typeof perRow === "object") others[name] = inHeads(d, perRow, options.mappingOptions?.[name]);
    }
    return { ...gradients, hyperParameters: others } as unknown as AttentionGradients<A>;
  };

  return { context: context as SameKind<A>, weights: weights as SameKind<A>, pullback };
}

/**
 * Attention of every head: context = D(Pi(scale Q K^T + bias)) V, with any mapping Pi, along the keys, and dropout D.
 *
 * - `queries` [batch, heads, queries, features], `keys` [batch, keyHeads, keys, features], `values` [batch, keyHeads,
 *   keys, valueFeatures], row-major, all of one kind of array; the counts of queries and keys follow from the lengths.
 * - Returns the context [batch, heads, queries, valueFeatures]. `attention.weights(queries, keys, options)` gives the
 *   weights alone; `attention.vjp(queries, keys, values, options)` gives context, weights and a pullback to queries,
 *   keys, values, bias and the mapping's hyper-parameters.
 * - A query that sees no key gets weights and context 0, and no gradient.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(batch heads queries keys features), and batch * heads * queries * keys weights in memory.
 *
 * Vaswani et al., "Attention Is All You Need" (2017); grouped queries: Ainslie et al. (2023).
 *
 * @example
 * attention([1, 0], [4, 0, 0, 4], [1, 2, 3, 4], { features: 2, mapping: sparsemax, scale: 1 }); // [1, 2]
 */
export const attention = /* @__PURE__ */ Object.assign(attend, { weights: weightsOf, vjp });
