/** Euclidean projection onto the probability simplex, exact and finite. */

let candidates = new Float64Array(0);

/** The largest of the first `count` entries. */
function topOf(z: Float64Array, count: number): number {
  let top = z[0]!;
  for (let i = 1; i < count; i++) if (z[i]! > top) top = z[i]!;
  return top;
}

/**
 * Threshold tau, relative to `top` = max z, with sum_i [scale (z_i - top) - tau]_+ = 1 over the first `count` entries (1
 * or more), so that these are the projection of scale z onto the simplex. Only entries above -1 can be positive; they are
 * sorted. O(n) plus O(c log c) for c candidates. (Held, Wolfe and Crowder 1974.)
 */
function thresholdBelow(top: number, z: Float64Array, count: number, scale: number): number {
  if (candidates.length < count) candidates = new Float64Array(Math.max(count, 2 * candidates.length));
  let size = 0;
  for (let i = 0; i < count; i++) {
    const below = (z[i]! - top) * scale;
    if (below > -1) candidates[size++] = below;
  }
  const sorted = candidates.subarray(0, size).sort();
  let sum = 0;
  let support = 0;
  for (let k = size - 1; k >= 0; k--) {
    const next = sorted[k]!;
    if (1 + (support + 1) * next <= sum + next) break;
    sum += next;
    support += 1;
  }
  return (sum - 1) / support;
}

/** The threshold itself: sum_i [z_i - tau]_+ = 1 / scale over the first `count` entries. */
export function simplexThreshold(z: Float64Array, count: number, scale = 1): number {
  const top = topOf(z, count);
  return top + thresholdBelow(top, z, count, scale) / scale;
}

/**
 * weights = [scale z - tau]_+ for the first `count` entries, the projection of scale z onto the simplex, where scale z
 * itself may overflow. May work in place.
 */
export function projectOntoSimplex(z: Float64Array, count: number, weights: Float64Array, scale = 1): void {
  const top = topOf(z, count);
  const tau = thresholdBelow(top, z, count, scale);
  for (let i = 0; i < count; i++) weights[i] = Math.max((z[i]! - top) * scale - tau, 0);
}

/**
 * sup over the simplex of <y, z> - |y|^2 / (2 scale) for the first `count` entries of z: the value of sparsemax, at
 * scale 1 with <y, z> = sum y (z - tau) + tau and z - tau = y on the support.
 */
export function simplexValue(z: Float64Array, count: number, scale = 1): number {
  const top = topOf(z, count);
  const tau = thresholdBelow(top, z, count, scale);
  let square = 0;
  for (let i = 0; i < count; i++) {
    const weight = Math.max((z[i]! - top) * scale - tau, 0);
    square += weight * weight;
  }
  return top + (tau + square / 2) / scale;
}

/** Mean of `values` over the entries with a positive weight. */
export function supportMean(weights: Float64Array, values: Float64Array, count: number): number {
  let sum = 0;
  let support = 0;
  for (let i = 0; i < count; i++) {
    if (weights[i]! > 0) {
      sum += values[i]!;
      support += 1;
    }
  }
  return sum / support;
}

/** |y|^2 / 2. */
export function halfSquare(y: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += y[i]! * y[i]!;
  return sum / 2;
}

/** J of the projection at weights y: s (u - mean of u over the support), s the support's indicator. */
export function projectionProduct(y: Float64Array, count: number, u: Float64Array, out: Float64Array): void {
  const mean = supportMean(y, u, count);
  for (let i = 0; i < count; i++) out[i] = y[i]! > 0 ? u[i]! - mean : 0;
}
