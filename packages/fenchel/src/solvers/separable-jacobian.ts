/** The Jacobian that every separable Omega = sum g(y_i) with 1 / g''(y) = y^e has. */

/** 1 / g'' may exceed every float where e < 0; a derivative this steep is cut here, so that sums of it stay finite. */
const steepest = 1e200;

/**
 * out = (diag(q) - q q^T / sum q) u with q_i = y_i^exponent where y_i > 0, and 0 elsewhere. Everything is taken relative
 * to the entry of largest q: its own result is -sum_{j != k} q_j (u_j - u_k) / (1 + sum_{j != k} q_j / q_k), which stays
 * right where q_k dwarfs the others or overflows.
 */
export function separableProduct(
  y: Float64Array,
  count: number,
  exponent: number,
  u: Float64Array,
  out: Float64Array,
): void {
  let k = -1;
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    if (k < 0 || (exponent < 0 ? y[i]! < y[k]! : y[i]! > y[k]!)) k = i;
  }
  const reference = u[k]!;
  let relative = 1;
  let mean = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    out[i] = 0;
    if (i === k || !(y[i]! > 0)) continue;
    const share = Math.pow(y[i]! / y[k]!, exponent);
    const q = Math.min(Math.pow(y[i]!, exponent), steepest);
    out[i] = q;
    relative += share;
    mean += share * (u[i]! - reference);
    sum += q * (u[i]! - reference);
  }
  mean /= relative;
  for (let i = 0; i < count; i++) if (out[i]! > 0) out[i] = out[i]! * (u[i]! - reference - mean);
  out[k] = -sum / relative;
}
