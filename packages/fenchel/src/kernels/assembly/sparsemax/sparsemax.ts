// sparsemax: y = [v - tau]_+ with sum y = 1, v = (x - max x) / gamma.

import { COMPACTION, writeCompaction } from "../common/compaction";
import { SHORT, apartPullback, fourRows, fourRowsBytes, sparsemaxRow } from "../common/imported";
import { accumulate, firstLanes, total } from "../common/lanes";

export function scratchBytes(n: i32): usize {
  return COMPACTION + max(((<usize>n) << 2) + 64, fourRowsBytes(n));
}

export function forward(
  x: usize,
  y: usize,
  _groups: usize,
  rows: i32,
  n: i32,
  counts: usize,
  max: usize,
  gamma: usize,
  gammaStep: i32,
  _param: usize,
  _paramStep: i32,
  scratch: usize,
): void {
  writeCompaction(scratch);
  if (n <= SHORT) {
    fourRows(x, y, rows, n, counts, max, gamma, gammaStep, false, scratch + COMPACTION, scratch);
    return;
  }
  for (let r = 0; r < rows; r++) {
    sparsemaxRow(x, y, load<i32>(counts), load<f32>(max), load<f64>(gamma), scratch + COMPACTION, scratch);
    x += (<usize>n) << 2;
    y += (<usize>n) << 2;
    counts += 4;
    max += 4;
    gamma += gammaStep;
  }
}

export function pullback(
  y: usize,
  _groups: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  n: i32,
  gamma: usize,
  gammaStep: i32,
  _param: usize,
  _paramStep: i32,
  dgamma: usize,
  _dparam: usize,
  _scratch: usize,
): void {
  apartPullback(y, 0, dy, dx, rows, n, gamma, gammaStep);
  if (!dgamma) return;
  for (let r = 0; r < rows; r++) {
    store<f64>(dgamma, 0 - product(y, dx, n));
    dgamma += 8;
    y += (<usize>n) << 2;
    dx += (<usize>n) << 2;
  }
}

/** <dx, y>, which is <dx, x> / gamma, for dx sums to 0 on the support, where y = x / gamma + constant. */
function product(y: usize, dx: usize, n: i32): f64 {
  const end = y + ((<usize>n) << 2);
  let sum = f64x2.splat(0);
  for (; y < end; y += 16, dx += 16) {
    let term = f32x4.mul(v128.load(y), v128.load(dx));
    if (y + 16 > end) term = v128.and(term, firstLanes(n & 3));
    sum = accumulate(sum, term);
  }
  return total(sum);
}
