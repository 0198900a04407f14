// alpha-entmax (Peters, Niculae and Martins 2019), alpha >= 1, one alpha or one a row: softmax at 1, sparsemax at 2.

import { COMPACTION, writeCompaction } from "../common/compaction";
import { alphaSum, entmaxPullbackRow, gammaSum, parameterSums } from "./entmax-pullback";
import { entmaxLanes, lanesBytes, suitsLanes } from "./entmax-lanes";
import { SHORT, apartPullback, fourRows, fourRowsBytes, sparsemaxRow } from "../common/imported";
import { entmaxHalfRow } from "./entmax-half-row";
import { entmaxRow } from "./entmax-row";
import { entmaxSteepRow } from "./entmax-steep-row";
import { CONSTANTS, writeConstants } from "../common/simd-math";
import { softmaxPullbackRow, softmaxRow } from "../softmax/softmax-row";

/** Below this alpha - 1 the weights are softmax's to far below float32's precision. */
const SMALL: f64 = 1e-9;

/** Bytes of what four rows share in `entmaxLanes`. */
const LANES: usize = 64;

export function scratchBytes(n: i32): usize {
  return CONSTANTS + COMPACTION + max<usize>(max<usize>(((<usize>n) << 3) + 128, fourRowsBytes(n)), LANES + lanesBytes(n));
}

/** Whether rows of these four alphas and counts go together; notes what they are at `lanes` if so. */
function together(
  lanes: usize,
  n: i32,
  counts: usize,
  max: usize,
  gamma: usize,
  gammaStep: i32,
  param: usize,
  paramStep: i32,
): bool {
  for (let lane = 0; lane < 4; lane++) {
    const a = load<f64>(param + lane * paramStep) - 1;
    const count = load<i32>(counts + ((<usize>lane) << 2));
    if (count == 0 || a < SMALL || !suitsLanes(n, a)) return false;
    const to = lanes + ((<usize>lane) << 2);
    store<f32>(to, <f32>a);
    store<f32>(to, <f32>min(1 / load<f64>(gamma + lane * gammaStep), f32.MAX_VALUE), 16);
    store<f32>(to, load<f32>(max + ((<usize>lane) << 2)), 32);
    store<i32>(to, count, 48);
  }
  return true;
}

export function forward(
  x: usize,
  y: usize,
  _groups: usize,
  rows: i32,
  n: i32,
  counts: usize,
  maxima: usize,
  gamma: usize,
  gammaStep: i32,
  param: usize,
  paramStep: i32,
  scratch: usize,
): void {
  const k = scratch;
  const table = scratch + CONSTANTS;
  const work = table + COMPACTION;
  writeConstants(k);
  writeCompaction(table);
  if (n <= SHORT && !paramStep && load<f64>(param) == 1.5) {
    fourRows(x, y, rows, n, counts, maxima, gamma, gammaStep, true, work, table);
    return;
  }
  for (let r = 0; r < rows; r++) {
    // The last four go together again when fewer are left: a row's weights do not depend on where it stands.
    const back = <usize>max<i32>(0, r + 4 - rows);
    const row = (<usize>n) << 2;
    if (
      rows >= 4 &&
      together(
        work,
        n,
        counts - (back << 2),
        maxima - (back << 2),
        gamma - back * gammaStep,
        gammaStep,
        param - back * paramStep,
        paramStep,
      )
    ) {
      entmaxLanes(x - back * row, y - back * row, n, work, work + LANES, k);
      x += row << 2;
      y += row << 2;
      counts += 16;
      maxima += 16;
      gamma += gammaStep << 2;
      param += paramStep << 2;
      r += 3;
      continue;
    }
    const count = load<i32>(counts);
    const top = load<f32>(maxima);
    const temperature = load<f64>(gamma);
    const a = load<f64>(param) - 1;
    if (count > 0) {
      if (a < SMALL) softmaxRow(x, y, count, top, temperature, k);
      else if (a == 1) sparsemaxRow(x, y, count, top, temperature, work, table);
      else if (a == 0.5) entmaxHalfRow(x, y, count, top, temperature, work, table);
      else if (a < 1) entmaxRow(x, y, count, top, temperature, a, work, k, table);
      else entmaxSteepRow(x, y, count, top, temperature, a, work, k, table);
    }
    x += row;
    y += row;
    counts += 4;
    maxima += 4;
    gamma += gammaStep;
    param += paramStep;
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
  param: usize,
  paramStep: i32,
  dgamma: usize,
  dparam: usize,
  scratch: usize,
): void {
  writeConstants(scratch);
  const powers = scratch + CONSTANTS;
  const logs = powers + ((<usize>n) << 2) + 64;
  for (let r = 0; r < rows; r++) {
    const temperature = load<f64>(gamma);
    const a = load<f64>(param) - 1;
    if (a < SMALL) softmaxPullbackRow(y, dy, dx, n, temperature);
    else if (a == 1) apartPullback(y, 0, dy, dx, 1, n, gamma, 0);
    else entmaxPullbackRow(y, dy, dx, n, temperature, a, powers, logs, scratch);
    if (dgamma || dparam) {
      const general = a >= SMALL && a != 1;
      const hasLogs = general && a != 0.5;
      parameterSums(y, dx, n, a, dparam != 0, general ? powers : 0, hasLogs ? logs : 0, scratch);
    }
    if (dgamma) {
      store<f64>(dgamma, 0 - gammaSum);
      dgamma += 8;
    }
    if (dparam) {
      store<f64>(dparam, 0 - temperature * alphaSum);
      dparam += 8;
    }
    y += (<usize>n) << 2;
    dy += (<usize>n) << 2;
    dx += (<usize>n) << 2;
    gamma += gammaStep;
    param += paramStep;
  }
}
