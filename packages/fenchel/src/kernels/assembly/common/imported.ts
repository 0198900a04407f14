// What modules take from the module `rows`.

/** Longest row that goes four at a time, with sums in float32. */
export const SHORT: i32 = 256;

/** Bytes of work that four rows need. */
export function fourRowsBytes(n: i32): usize {
  return n > SHORT ? 0 : ((<usize>(n + 8)) << 4) + 128;
}

@external("rows", "fourRows")
export declare function fourRows(
  x: usize,
  y: usize,
  rows: i32,
  n: i32,
  counts: usize,
  maxima: usize,
  gamma: usize,
  gammaStep: i32,
  square: bool,
  work: usize,
  table: usize,
): void;

@external("rows", "fourThresholds")
export declare function fourThresholds(
  x: usize,
  left: i32,
  n: i32,
  counts: usize,
  maxima: usize,
  gamma: usize,
  gammaStep: i32,
  square: bool,
  work: usize,
  table: usize,
): void;

@external("rows", "apartPullback")
export declare function apartPullback(
  y: usize,
  groups: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  n: i32,
  gamma: usize,
  gammaStep: i32,
): i32;

@external("rows", "sparsemaxRow")
export declare function sparsemaxRow(x: usize, y: usize, count: i32, max: f32, gamma: f64, c: usize, k: usize): void;
