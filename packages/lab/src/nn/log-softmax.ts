/** Logits as log-probabilities. */

/** x_i - log sum_j exp x_j of one row of logits, in float64; nothing overflows. */
export function logSoftmax(logits: ArrayLike<number>): number[] {
  const row = Array.from(logits);
  const best = Math.max(...row);
  const logSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - best), 0));
  return row.map((logit) => logit - best - logSum);
}
