/** Words written by copying: at every step the model either writes a word of its own or one that it looks at. */
import { nn, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "../../nn/parameters.ts";
import type { SequenceModel } from "./model.ts";
import { logSumExp, tokenCrossEntropy, vocabularyLogits, type OutputHead } from "./output-projection.ts";

/** Least probability of a word, in whose place its logarithm is taken. */
const LEAST = 1e-10;

/** The model with a gate that decides between writing and copying. Source and target must share their vocabulary. */
export function withCopyMechanism(model: SequenceModel): SequenceModel {
  const features = model.shapes["targetEmbedding"]!.shape[1]!;
  return {
    ...model,
    shapes: {
      ...model.shapes,
      copyGate: { shape: [features, 1], deviation: 0 },
      copyGateBias: { shape: [1], deviation: 0 },
    },
  };
}

/** Probability of copying of every row of features [rows, features], which it borrows, [rows, 1]. */
function copyShare({ copyGate, copyGateBias }: NamedArrays, features: np.Array): np.Array {
  return nn.sigmoid(np.matmul(features.ref, copyGate!.ref).add(copyGateBias!.ref));
}

/** log((1 - g) p + g q) of the probabilities of writing, p, and of copying, q. Owns all three. */
function logMixture(written: np.Array, copied: np.Array, share: np.Array): np.Array {
  return np.log(written.mul(np.subtract(1, share.ref)).add(copied.mul(share)).add(LEAST));
}

/**
 * p(y) = (1 - g) p_v(y) + g sum_(j: x_j = y) w_j, with p_v the softmax of the words' scores, w the attention over the source x and g the
 * sigmoid of a line of the features. What a word is copied from is what the mapping attends to, so zeros of w are words that cannot be
 * copied.
 *
 * See, Liu and Manning, "Get To The Point: Summarization with Pointer-Generator Networks" (2017).
 */
export const pointerHead: OutputHead = {
  // [batch, source, words]: 1 where the source has the word.
  sourceOf: ({ targetEmbedding }, words) => {
    const [batch, keys] = words.shape as [number, number];
    const count = targetEmbedding!.shape[0]!;
    return np.equal(words.ref.reshape([batch, keys, 1]), np.arange(count).reshape([1, 1, count])).astype(np.float32);
  },
  losses: (parameters, { features, weights }, words, outputs, smoothing) => {
    const [batch, queries, size] = features.shape as [number, number, number];
    const keys = weights.shape[2]!;
    const rows = features.reshape([batch * queries, size]);
    const share = copyShare(parameters, rows).reshape([batch, queries]);
    const scores = vocabularyLogits(parameters, rows);
    const smooth =
      smoothing === 0 ? null : logSumExp(scores).sub(scores.ref.mean(-1)).reshape([batch, queries]).mul(smoothing);
    const written = np
      .exp(tokenCrossEntropy(scores, outputs.ref.reshape([batch * queries])).neg())
      .reshape([batch, queries]);
    const same = np.equal(words.ref.reshape([batch, 1, keys]), outputs.reshape([batch, queries, 1]));
    const copied = np.where(same, weights, 0).sum(-1);
    const losses = logMixture(written, copied, share).neg();
    return smooth === null ? losses : losses.mul(1 - smoothing).add(smooth);
  },
  scores: (parameters, { features, weights }, source) => {
    const [batch, queries, size] = features.shape as [number, number, number];
    const rows = features.reshape([batch * queries, size]);
    const share = copyShare(parameters, rows);
    const scores = vocabularyLogits(parameters, rows);
    const words = scores.shape[1]!;
    const total = logSumExp(scores).reshape([batch * queries, 1]);
    const written = np.exp(scores.sub(total));
    const copied = np.matmul(weights, source.ref).reshape([batch * queries, words]);
    return { scores: logMixture(written, copied, share), total: np.zeros([batch * queries]) };
  },
};
