// softmax: y = exp(v) / sum exp(v), v = (x - max x) / gamma.

import { softmaxLogProduct, softmaxPullbackRow, softmaxRow } from "./softmax-row";
import { CONSTANTS, writeConstants } from "./simd-math";

export function scratchBytes(_n: i32): usize {
  return CONSTANTS;
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
  writeConstants(scratch);
  for (let r = 0; r < rows; r++) {
    softmaxRow(x, y, load<i32>(counts), load<f32>(max), load<f64>(gamma), scratch);
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
  scratch: usize,
): void {
  writeConstants(scratch);
  for (let r = 0; r < rows; r++) {
    softmaxPullbackRow(y, dy, dx, n, load<f64>(gamma));
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
