/** Losses of classification. */
import { lax, nn, type numpy as np } from "@jax-js/jax";

/**
 * Mean cross-entropy in nats over the rows that count. The target distribution is 1 - smoothing on the label, and uniform over all labels
 * otherwise. Owns its arguments.
 *
 * @param logits - [rows, labels].
 * @param labels - int32 [rows].
 * @param counted - [rows]: 1 for a row that counts, 0 for padding.
 * @param smoothing - Label smoothing in [0, 1).
 */
export function crossEntropy(logits: np.Array, labels: np.Array, counted: np.Array, smoothing = 0): np.Array {
  const classes = logits.shape[1]!;
  const right = nn.oneHot(lax.stopGradient(labels), classes);
  const wanted = smoothing === 0 ? right : right.mul(1 - smoothing).add(smoothing / classes);
  const losses = nn.logSoftmax(logits, -1).mul(wanted).sum(-1).mul(-1);
  return losses.mul(counted.ref).sum().div(counted.sum());
}
