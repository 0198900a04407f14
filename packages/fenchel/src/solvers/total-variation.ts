/** The proximal operator of total variation on a chain, exact, with its segments. */

/** Working memory for rows of up to `size` entries. */
interface Memory {
  /** Breakpoints of the derivative's slope, a queue with both ends open, and the change of slope and intercept there. */
  at: Float64Array;
  slope: Float64Array;
  intercept: Float64Array;
  /** Where the derivative of the message from the left reaches -lambda and +lambda. */
  low: Float64Array;
  high: Float64Array;
}

let memory: Memory = memoryFor(0);

function memoryFor(size: number): Memory {
  const knots = () => new Float64Array(2 * size + 2);
  return {
    at: knots(),
    slope: knots(),
    intercept: knots(),
    low: new Float64Array(size),
    high: new Float64Array(size),
  };
}

/**
 * z = argmin of |z - w|^2 / 2 + lambda sum |z_{i+1} - z_i| over the first `count` entries, lambda > 0, and the ids 0, 1,
 * ... of its segments. The messages of a dynamic program are piecewise quadratic; their derivatives, clipped to
 * [-lambda, lambda], are kept as a queue of breakpoints that each entry enters twice and leaves once: O(n).
 * A segment's value is then computed afresh from its mean, free of accumulated rounding. (Johnson 2013.)
 */
export function totalVariationProx(
  w: Float64Array,
  count: number,
  lambda: number,
  z: Float64Array,
  segments: Int32Array,
): void {
  if (memory.low.length < count) memory = memoryFor(Math.max(count, 2 * memory.low.length));
  const { at, slope, intercept, low, high } = memory;
  // The derivative of the message at b is `slope b + intercept` on its outermost pieces; knots add to both, rightwards.
  let first = count;
  let last = count - 1;
  let leftSlope = 1;
  let leftIntercept = -w[0]!;
  let rightSlope = 1;
  let rightIntercept = -w[0]!;
  for (let i = 0; i + 1 < count; i++) {
    // From the left: the piece that reaches -lambda.
    while (first <= last && leftSlope * at[first]! + leftIntercept <= -lambda) {
      leftSlope += slope[first]!;
      leftIntercept += intercept[first]!;
      first += 1;
    }
    const lower = (-lambda - leftIntercept) / leftSlope;
    // From the right: the piece that reaches +lambda.
    while (last >= first && rightSlope * at[last]! + rightIntercept >= lambda) {
      rightSlope -= slope[last]!;
      rightIntercept -= intercept[last]!;
      last -= 1;
    }
    const upper = (lambda - rightIntercept) / rightSlope;
    low[i] = lower;
    high[i] = upper;
    first -= 1;
    at[first] = lower;
    slope[first] = leftSlope;
    intercept[first] = leftIntercept + lambda;
    last += 1;
    at[last] = upper;
    slope[last] = -rightSlope;
    intercept[last] = lambda - rightIntercept;
    // Outside the knots the clipped message is flat: only the next entry's b - w remains.
    leftSlope = 1;
    leftIntercept = -lambda - w[i + 1]!;
    rightSlope = 1;
    rightIntercept = lambda - w[i + 1]!;
  }
  while (first <= last && leftSlope * at[first]! + leftIntercept <= 0) {
    leftSlope += slope[first]!;
    leftIntercept += intercept[first]!;
    first += 1;
  }
  z[count - 1] = -leftIntercept / leftSlope;
  for (let i = count - 2; i >= 0; i--) z[i] = Math.min(Math.max(z[i + 1]!, low[i]!), high[i]!);
  settleSegments(w, count, lambda, z, segments);
}

/** Gives every run of equal values its id and its exact value mean(w) + lambda (right sign - left sign) / length. */
function settleSegments(w: Float64Array, count: number, lambda: number, z: Float64Array, segments: Int32Array): void {
  let id = 0;
  let leftSign = 0;
  for (let start = 0; start < count; id++) {
    const value = z[start]!;
    let end = start;
    let sum = 0;
    while (end < count && z[end] === value) {
      segments[end] = id;
      // Relative to the segment's first entry: a sum of small numbers.
      sum += w[end]! - w[start]!;
      end += 1;
    }
    const rightSign = end === count ? 0 : Math.sign(z[end]! - value);
    const settled = w[start]! + (sum + lambda * (rightSign - leftSign)) / (end - start);
    for (let i = start; i < end; i++) z[i] = settled;
    leftSign = rightSign;
    start = end;
  }
}
