/**
 * Weights (z_i - tau)_+^e with an exponent e below 1: rounding tau by eps would move a small weight by eps^e. Here the
 * support comes first, from the breakpoints of the equation, and what is solved for is the distance from tau to the last
 * kept score. Shared by entmax and normmax above alpha = 2.
 */

let sorted = new Float64Array(0);
let distances = new Float64Array(0);
let kept = 0;

/** sum over j <= k of (scale (v_j - v_k))^exponent over the sorted scores; stops once it has reached 1. */
function sumAt(k: number, scale: number, exponent: number): number {
  const edge = sorted[k]!;
  let sum = 0;
  for (let j = 0; j < k && sum < 1; j++) {
    const distance = scale * (sorted[j]! - edge);
    if (distance > 0) sum += Math.pow(distance, exponent);
  }
  return sum;
}

/**
 * The lowest score v_K that gets weight: the last of the sorted scores with sum_{j<=K} (scale (v_j - v_K))^exponent < 1,
 * found by doubling and halving. The best score must be 0. O(n + c log c) for c scores above -1 / scale.
 */
export function lastKeptScore(v: Float64Array, count: number, scale: number, exponent: number): number {
  if (sorted.length < count) {
    sorted = new Float64Array(Math.max(count, 2 * sorted.length));
    distances = new Float64Array(sorted.length);
  }
  let size = 0;
  for (let i = 0; i < count; i++) if (scale * v[i]! > -1) sorted[size++] = v[i]!;
  sorted.subarray(0, size).sort().reverse();
  let low = 0;
  let high = 1;
  while (high < size && sumAt(high, scale, exponent) < 1) {
    low = high;
    high = 2 * high + 1;
  }
  high = Math.min(high, size);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sumAt(middle, scale, exponent) < 1) low = middle;
    else high = middle;
  }
  kept = low + 1;
  const edge = sorted[low]!;
  for (let j = 0; j < kept; j++) distances[j] = scale * (sorted[j]! - edge);
  return edge;
}

/** How many scores `lastKeptScore` kept. */
export function keptCount(): number {
  return kept;
}

/** scale (v_j - v_K) of the kept scores, best first. */
export function keptDistances(): Float64Array {
  return distances;
}
