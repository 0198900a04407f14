/** Attention on plain arrays with any mapping: the reference that fused versions are held against. */
import { isArrayLike, valueError } from "../core/arguments.ts";
import type { Mapping, VectorJacobian } from "../core/contract.ts";
import { checkScores, sameKind, type SameKind, type Scores } from "../core/rows.ts";
import { softmax } from "../mappings/softmax.ts";
import { dimensionsOf, eachRow, stepsAlong, type Dimensions, type Steps } from "./dimensions.ts";
import { dropoutFactors } from "./dropout.ts";
import { checkBias, checkInputs } from "./entries.ts";
import { checkAttentionOptions, checkMappingOptions, type AttentionMapping, type AttentionOptions } from "./options.ts";
import { addTimes, addTimesTransposed, addTransposedTimes } from "./products.ts";
import { visibilityOf, type Visibility } from "./visibility.ts";

/** A mapping whose own options are not known here. */
type AnyMapping = Mapping<never, { readonly [option: string]: unknown }, string>;

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

/** The context and the weights with their reverse derivative. */
export interface AttentionVectorJacobian<A> {
  /** [batch, heads, queries, valueFeatures]. */
  readonly context: SameKind<A>;
  /** [batch, heads, queries, keys], before dropout. */
  readonly weights: SameKind<A>;
  /** Gradients for a cotangent of the context; may be called many times. */
  pullback(cotangent: Scores): AttentionGradients<A>;
}

type AnyArray = number[] | Float32Array | Float64Array;

/** A bias with its steps. */
interface Bias {
  readonly values: Scores;
  readonly steps: Steps;
}

interface Forward {
  readonly d: Dimensions;
  readonly scale: number;
  readonly visibility: Visibility;
  readonly bias: Bias | undefined;
  readonly dropped: Float32Array | null;
  readonly mapped: VectorJacobian<Scores, string, number, number>;
  /** Hyper-parameters that were given one per head, as they were given. */
  readonly perHead: ReadonlyMap<string, ArrayLike<number>>;
}

/** Visits every head: its index in the batch, and that of the keys and values that serve it. */
function eachHead(d: Dimensions, visit: (head: number, keyHead: number) => void): void {
  const group = d.heads / d.keyHeads;
  for (let b = 0; b < d.batch; b++) {
    for (let h = 0; h < d.heads; h++) visit(b * d.heads + h, b * d.keyHeads + Math.floor(h / group));
  }
}

/** The mapping's options with hyper-parameters given one per head spread over the rows, and those as they were given. */
function spreadOverRows(d: Dimensions, names: readonly string[], given: Readonly<Record<string, unknown>>) {
  const rows = d.batch * d.heads * d.queries;
  const options: Record<string, unknown> = { ...given };
  const perHead = new Map<string, ArrayLike<number>>();
  for (const name of names) {
    const value = given[name];
    if (!isArrayLike(value) || value.length === rows) continue;
    if (value.length !== d.heads) {
      throw new RangeError(
        `mappingOptions.${name} has ${value.length} entries: one per head (${d.heads}) or one per row (${rows}) is needed`,
      );
    }
    perHead.set(name, value);
    const spread = Array.from({ length: rows }, (_, row) => value[Math.floor(row / d.queries) % d.heads]!);
    options[name] = spread;
  }
  return { options, perHead };
}

/** scale Q K^T + bias, [batch, heads, queries, keys]. */
function scoresOf(d: Dimensions, scale: number, queries: Scores, keys: Scores, bias: Bias | undefined): AnyArray {
  const plane = d.queries * d.keys;
  const scores = sameKind(queries, d.batch * d.heads * plane);
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
  if (bias !== undefined) {
    const { values, steps } = bias;
    const [batchStep, headStep, queryStep, keyStep] = steps;
    eachRow(d, (row, b, h, i) => {
      const from = b * batchStep + h * headStep + i * queryStep;
      for (let j = 0; j < d.keys; j++) scores[row * d.keys + j]! += values[from + j * keyStep]!;
    });
  }
  return scores;
}

/** An error of the mapping in terms of the arguments of attention. */
function inOwnTerms(
  error: unknown,
  d: Dimensions,
  { mask, prefixes }: Visibility,
  scores: AnyArray,
  perHead: ReadonlyMap<string, unknown>,
): unknown {
  for (let at = 0; at < scores.length; at++) {
    const row = Math.floor(at / d.keys);
    const j = at % d.keys;
    const hidden = j >= (prefixes?.[row] ?? d.keys) || (mask !== undefined && !mask[at]);
    if (hidden || scores[at]! < Infinity) continue;
    const i = row % d.queries;
    const head = Math.floor(row / d.queries);
    const place = `batch ${Math.floor(head / d.heads)}, head ${head % d.heads}, query ${i}, key ${j}`;
    return new RangeError(`the score of ${place} is ${scores[at]}: smaller queries, keys or scale are needed`);
  }
  // A hyper-parameter given one per head is named by its row otherwise.
  const [whole, name, row] = /^(\w+)\[(\d+)\]/.exec(error instanceof Error ? error.message : "") ?? [];
  if (name === undefined || !perHead.has(name)) return error;
  const { message } = error as Error;
  const own = `mappingOptions.${name}[${Math.floor(Number(row) / d.queries) % d.heads}]${message.slice(whole!.length)}`;
  return error instanceof TypeError ? new TypeError(own, { cause: error }) : new RangeError(own, { cause: error });
}

function readBias(d: Dimensions, visibility: Visibility, { bias, biasShape }: AttentionOptions): Bias | undefined {
  if (bias === undefined) {
    if (biasShape !== undefined) throw new TypeError("biasShape is given without a bias");
    return undefined;
  }
  checkScores("bias", bias);
  const steps = stepsAlong("bias", bias.length, biasShape, d);
  checkBias(d, visibility, bias, steps);
  return { values: bias, steps };
}

function forward(queries: Scores, keys: Scores, values: Scores | undefined, given: unknown): Forward {
  checkAttentionOptions(given);
  const options: AttentionOptions = given;
  checkScores("queries", queries);
  checkScores("keys", keys);
  if (values !== undefined) checkScores("values", values);
  const mapping = (options.mapping ?? softmax) as unknown as AnyMapping;
  if (typeof mapping !== "function" || typeof mapping.vjp !== "function") {
    throw valueError("mapping", mapping, "a mapping such as sparsemax is needed", "type");
  }
  const own = options.mappingOptions ?? {};
  checkMappingOptions(own);
  const d = dimensionsOf(queries, keys, values, options);
  const scale = options.scale ?? 1 / Math.sqrt(d.features);
  if (typeof scale !== "number" || !Number.isFinite(scale)) {
    throw valueError("scale", scale, "a finite number is needed");
  }
  const visibility = visibilityOf(d, options);
  checkInputs(d, visibility, queries, keys, values);
  const bias = readBias(d, visibility, options);
  const rows = d.batch * d.heads * d.queries;
  const dropped = dropoutFactors(options.dropout ?? 0, options.seed ?? 0, rows * d.keys);
  const scores = scoresOf(d, scale, queries, keys, bias);
  const { options: mappingOptions, perHead } = spreadOverRows(d, mapping.hyperParameters ?? ["gamma"], own);
  try {
    const mapped = mapping.vjp(scores as Scores, {
      ...mappingOptions,
      shape: [rows, d.keys],
      mask: visibility.mask,
      lengths: visibility.prefixes,
    });
    return { d, scale, visibility, bias, dropped, mapped, perHead };
  } catch (error) {
    throw inOwnTerms(error, d, visibility, scores, perHead);
  }
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

/** Gradients one per row, summed to one per head, in the kind in which the hyper-parameter was given. */
function inHeads(d: Dimensions, perRow: ArrayLike<number>, like: unknown): AnyArray {
  const sums = sameKind(like as Scores, d.heads);
  for (let row = 0; row < perRow.length; row++) sums[Math.floor(row / d.queries) % d.heads]! += perRow[row]!;
  return sums;
}

/** The gradient in the bias: that of the scores, summed where the bias repeats. */
function pullBias(d: Dimensions, { values, steps }: Bias, like: Scores, dScores: ArrayLike<number>): AnyArray {
  const [batchStep, headStep, queryStep, keyStep] = steps;
  const dBias = sameKind(like, values.length);
  eachRow(d, (row, b, h, i) => {
    const to = b * batchStep + h * headStep + i * queryStep;
    for (let j = 0; j < d.keys; j++) dBias[to + j * keyStep]! += dScores[row * d.keys + j]!;
  });
  return dBias;
}

function attend<A extends Scores, M extends AttentionMapping = typeof softmax>(
  queries: A,
  keys: A,
  values: A,
  options: AttentionOptions<M>,
): SameKind<A> {
  const run = forward(queries, keys, values, options);
  return contextOf(run, run.mapped.weights as Scores, queries, values) as SameKind<A>;
}

function weightsOf<A extends Scores, M extends AttentionMapping = typeof softmax>(
  queries: A,
  keys: A,
  options: AttentionOptions<M>,
): SameKind<A> {
  return forward(queries, keys, undefined, options).mapped.weights as SameKind<A>;
}

function vjp<A extends Scores, M extends AttentionMapping = typeof softmax>(
  queries: A,
  keys: A,
  values: A,
  options: AttentionOptions<M>,
): AttentionVectorJacobian<A> {
  const run = forward(queries, keys, values, options);
  const { d, scale, visibility, bias, dropped, mapped, perHead } = run;
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
    const gradients = { queries: sameKind(q, q.length), keys: sameKind(q, k.length), values: sameKind(q, v.length) };
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
    const { paddedKeys } = visibility;
    if (paddedKeys !== undefined) {
      // What padding holds, NaN perhaps, must not come near a gradient.
      eachRow(d, (row, b) => {
        for (let j = 0; j < d.keys; j++) if (paddedKeys[b * d.keys + j] === 1) dWeights[row * d.keys + j] = 0;
      });
    }
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
    for (const [name, given] of perHead) {
      const perRow = others[name];
      if (typeof perRow === "object") others[name] = inHeads(d, perRow, given);
    }
    return {
      ...gradients,
      bias: bias === undefined ? undefined : pullBias(d, bias, q, dScores),
      hyperParameters: others,
    } as unknown as AttentionGradients<A>;
  };

  return { context: context as SameKind<A>, weights: weights as SameKind<A>, pullback };
}

/**
 * Attention of every head: context = D(Pi(scale Q K^T + bias)) V, with any mapping Pi, along the keys, and dropout D.
 * `attention.weights(queries, keys, options)` gives the weights alone; `attention.vjp(queries, keys, values, options)` gives
 * context, weights and a pullback to queries, keys, values, bias and the mapping's hyper-parameters.
 *
 * - A query that sees no key gets weights and context 0, and no gradient; without keys the context is zeros of its shape.
 * - Causality stands by the valid prefixes, so that a padded batch gives what its entries give alone: see `causal`.
 * - Padding (keys beyond `lengths` or marked by `keyPaddingMask`, queries beyond `queryLengths`) may hold any number, also NaN;
 *   every other entry must be finite.
 * - Throws a RangeError or TypeError that names the argument, its value and its index; where the length of `mask` or `bias`
 *   allows more than one shape it asks for `maskShape` or `biasShape`.
 * - Cost: O(batch heads queries keys features), and batch * heads * queries * keys weights in memory.
 *
 * Vaswani et al., "Attention Is All You Need" (2017); grouped queries: Ainslie et al. (2023).
 *
 * @param queries [batch, heads, queries, features], row-major; the counts of queries and keys follow from the lengths.
 * @param keys [batch, keyHeads, keys, features], of the same kind of array.
 * @param values [batch, keyHeads, keys, valueFeatures], of the same kind of array.
 * @param options Sizes (`features` is required), masks, and the mapping with its options: see `AttentionOptions`.
 * @returns The context, [batch, heads, queries, valueFeatures].
 *
 * @example
 * attention([1, 0], [4, 0, 0, 4], [1, 2, 3, 4], { features: 2, mapping: sparsemax, scale: 1 }); // [1, 2]
 */
export const attention = /* @__PURE__ */ Object.assign(attend, { weights: weightsOf, vjp });
