// softmax: y = exp(v) / sum exp(v), v = (x - max x) / gamma.

import { moderatePullbackRow, nearRow } from "./softmax-near";
import { softmaxLogProduct, softmaxPullbackRow, softmaxRow } from "./softmax-row";
import { CONSTANTS, LOG2E, writeConstants } from "../common/simd-math";

export function scratchBytes(_n: i32): usize {
  return CONSTANTS;
}

/**
 * Without `counts` and `max` the rows are as they came; returns true at one whose scores are not all near 0: then the rows are
 * to be readied first.
 */
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
): bool {
  writeConstants(scratch);
  let scale = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    const count = counts ? load<i32>(counts) : n;
    if (!r || gammaStep) scale = f32x4.splat(<f32>min(LOG2E / load<f64>(gamma), f32.MAX_VALUE));
    const far = counts && abs(load<f32>(max) * f32x4.extract_lane(scale, 0)) > 16.5;
    if (far || !nearRow(x, y, count, scale)) {
      if (!counts) return true;
      softmaxRow(x, y, count, load<f32>(max), load<f64>(gamma), scratch);
    }
    x += (<usize>n) << 2;
    y += (<usize>n) << 2;
    if (counts) {
      counts += 4;
      max += 4;
    }
    gamma += gammaStep;
  }
  return false;
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
  scratch: usize,
): void {
  writeConstants(scratch);
  for (let r = 0; r < rows; r++) {
    const temperature = load<f64>(gamma);
    if (!moderatePullbackRow(y, dy, dx, n, temperature)) softmaxPullbackRow(y, dy, dx, n, temperature);
    if (dgamma) {
      store<f64>(dgamma, 0 - softmaxLogProduct(y, dx, n, scratch));
      dgamma += 8;
    }
    y += (<usize>n) << 2;
    dy += (<usize>n) << 2;
    dx += (<usize>n) << 2;
    gamma += gammaStep;
  }
}
