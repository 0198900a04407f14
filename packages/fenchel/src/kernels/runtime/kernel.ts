/** The interface between a mapping and its float32 kernel. */

/** One call on rows along the middle of [outer, n, inner]. */
export interface KernelCall {
  readonly scores: Float32Array;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  /** 1 keeps an entry; same size as the scores. */
  readonly kept: Uint8Array | null;
  /** Valid prefix, one per row. */
  readonly lengths: Int32Array | null;
  /** One value for all rows, or one per row. */
  readonly gamma: Float64Array;
  /** The own hyper-parameter, likewise; empty when there is none. */
  readonly parameter: Float64Array;
  /** The kernel's part of the mapping's further options: a grid, for instance. Plain data. */
  readonly structure?: unknown;
}

/** A call without its scores: all that a pullback needs of it. */
export type CallShape = Omit<KernelCall, "scores">;

/** Ways in which a mapping's module takes its rows. */
export interface KernelTraits {
  /**
   * A row is a grid, whose [height, width] is the call's structure; its removed entries stay where they are, and the
   * module is told which.
   */
  readonly onGrid?: boolean;
  /** The module may take rows as they come, without their maxima. */
  readonly direct?: boolean;
}

/** Plain data that a kernel is made of, here or on another thread. */
export interface KernelSource {
  /** The module's text. */
  readonly binary: string;
  readonly traits: KernelTraits;
}

export interface Kernel {
  readonly source: KernelSource;
  /** Whether this machine can run it. */
  available(): boolean;
  /**
   * Fills the weights (and groups); -1 when fine, else the index of the first kept score that is NaN or +Infinity. The weights
   * stay at the address `at`, too, if it is 0 or more, see residuals.ts; a delegate takes no address.
   */
  forward(call: KernelCall, weights: Float32Array, groups: Int32Array | null, at?: number): number;
  /**
   * gradient = J cotangent / gamma; the gradients of the hyper-parameters, one per row, where asked for. `at` is the address of
   * the weights if they stayed: the array is not read then, and may be null.
   */
  pullback(
    call: CallShape,
    weights: Float32Array | null,
    groups: Int32Array | null,
    cotangent: Float32Array,
    gradient: Float32Array,
    gammaGradient: Float64Array | null,
    parameterGradient: Float64Array | null,
    at?: number,
  ): void;
}
