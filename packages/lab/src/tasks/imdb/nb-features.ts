/** How much more a word is one label's than the other's. */

/**
 * r_w = log(((p_w + 1) / sum_v (p_v + 1)) / ((q_w + 1) / sum_v (q_v + 1))) for the numbers p and q of positive and negative texts
 * that hold w; 0 for the first `skipped` numbers, which are no words.
 *
 * Wang and Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification" (2012), with counts smoothed by 1.
 */
export function logCountRatios(
  texts: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  size: number,
  skipped: number,
): Float32Array {
  const counts = [new Float64Array(size).fill(1), new Float64Array(size).fill(1)] as const;
  const last = new Int32Array(size).fill(-1);
  texts.forEach((words, text) => {
    const count = labels[text] === 1 ? counts[1] : counts[0];
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (last[word] === text) continue;
      last[word] = text;
      count[word]!++;
    }
  });
  const [negative, positive] = counts.map((count) => count.subarray(skipped).reduce((sum, value) => sum + value, 0));
  const shift = Math.log(negative!) - Math.log(positive!);
  return Float32Array.from({ length: size }, (_, word) =>
    word < skipped ? 0 : Math.log(counts[1][word]!) - Math.log(counts[0][word]!) + shift,
  );
}
