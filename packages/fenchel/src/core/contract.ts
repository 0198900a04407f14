/** The contract of every mapping: a function from scores to weights, with its value, derivatives, loss and certificate. */
import type { HyperParameter, RowOptions, SameForm, SameKind, Scores } from "./rows.ts";

/** Class indices (one a row) or distributions (same layout as the scores). */
export type Targets = number | ArrayLike<number>;

/** The options of a mapping whose own hyper-parameter is named K, with further options E. */
export type MappingOptions<
  K extends string = never,
  E extends object = object,
  G extends HyperParameter = HyperParameter,
  P extends HyperParameter = HyperParameter,
> = RowOptions & {
  /** Temperature: multiplies the whole regularizer. Finite, above 0; one number or one a row. Default 1. */
  readonly gamma?: G | undefined;
} & { readonly [name in K]?: P | undefined } & E;

/**
 * Memory for the result, of the kind and size of the scores; it may be the scores themselves. A vjp or jvp saves the
 * residuals of its pullback elsewhere: `out` may be changed at once.
 *
 * A pullback stays valid until it was called and a later vjp writes into the same `out`: on the kernels that vjp saves its
 * residuals in the same memory, so that a training loop allocates nothing (copies would cost a fifth to a half of a call).
 * The old pullback then throws an Error and never gives a wrong gradient. Without `out` it stays valid for ever.
 */
export interface Out<A> {
  readonly out?: SameKind<A> | undefined;
}

/** Gradients of <cotangent, weights>: in the scores (same kind), in gamma and in the own hyper-parameter (same form). */
export type Gradients<A, K extends string, G, P> = {
  readonly scores: SameKind<A>;
  readonly gamma: SameForm<G>;
} & { readonly [name in K]: SameForm<P> };

/** Weights with their reverse derivative. */
export interface VectorJacobian<A, K extends string, G, P> {
  readonly weights: SameKind<A>;
  /** Gradients for one cotangent (same size as the weights), the scores' in `out` if given; may be called many times. */
  pullback(cotangent: Scores, settings?: Out<A>): Gradients<A, K, G, P>;
  /** The gradient in the scores alone, where gamma and the hyper-parameter are fixed: cheaper. */
  pullback(
    cotangent: Scores,
    settings: Out<A> & { readonly hyperParameters: false },
  ): Pick<Gradients<A, K, G, P>, "scores">;
}

/** Weights with their forward derivative in the scores. */
export interface JacobianVector<A> {
  readonly weights: SameKind<A>;
  /** Tangent of the weights for a tangent of the scores (same size), in `out` if given; may be called many times. */
  pushforward(tangent: Scores, settings?: Out<A>): SameKind<A>;
}

/** Losses, one a row, with the gradient in the scores. */
export interface LossAndGradient<A> {
  readonly loss: Float64Array;
  readonly gradient: SameKind<A>;
}

/**
 * An attention mapping Pi_Omega(x) = argmax over the simplex of <y, x> - gamma Omega(y), along one axis of a row-major
 * array. D names the own hyper-parameters that the weights are differentiable in (a subset of K).
 */
export interface Mapping<K extends string = never, E extends object = object, D extends string = K> {
  /** Name in the registry. */
  readonly mappingName: string;

  /** Options that may be one number per row: gamma, and the own hyper-parameter, if there is one. */
  readonly hyperParameters: readonly string[];

  /** The weights: same length and kind of array as `scores`. */
  <A extends Scores>(scores: A, options?: MappingOptions<K, E> & Out<A>): SameKind<A>;

  /** max_Omega(x) = sup over the simplex of <y, x> - gamma Omega(y), one value a row. */
  max(scores: Scores, options?: MappingOptions<K, E>): Float64Array;

  /** The weights and the function from a cotangent of the weights to the gradients. */
  vjp<A extends Scores, G extends HyperParameter = number, P extends HyperParameter = number>(
    scores: A,
    options?: MappingOptions<K, E, G, P> & Out<A>,
  ): VectorJacobian<A, D, G, P>;

  /** The weights and the function from a tangent of the scores to the tangent of the weights. */
  jvp<A extends Scores>(scores: A, options?: MappingOptions<K, E> & Out<A>): JacobianVector<A>;

  /** The Fenchel-Young loss max_Omega(x) + gamma Omega(t) - <t, x> a row, and its gradient Pi_Omega(x) - t. */
  loss<A extends Scores>(scores: A, targets: Targets, options?: MappingOptions<K, E>): LossAndGradient<A>;

  /** A certified bound, one a row, on how far `weights` is from optimal; 0 at the optimum, Infinity off the simplex. */
  gap(scores: Scores, weights: Scores, options?: MappingOptions<K, E>): Float64Array;
}

/** A mapping whose solver finds groups of entries that share one weight. */
export interface StructuredMapping<
  K extends string = never,
  E extends object = object,
  D extends string = K,
> extends Mapping<K, E, D> {
  /**
   * The solver's own groups, laid out like `scores`: an id of 0 or more, counted within the row, where the weight is
   * positive; -1 where it is 0; -2 where the entry was removed.
   */
  groups(scores: Scores, options?: MappingOptions<K, E>): Int32Array;
}
