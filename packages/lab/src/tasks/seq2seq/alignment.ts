/** Attention evaluated against word alignments, with teacher forcing. */
import type { AlignmentLink } from "../../datasets/alignment.ts";
import {
  alignmentErrorRate,
  attentionAlignment,
  type AlignmentScores,
  type AlignedSentences,
} from "../../metrics/index.ts";
import { rowLength, type RaggedPairs } from "../../base/ragged.ts";

/** Word of every token. */
type WordIds = readonly Int32Array[];

export interface AlignedText {
  readonly pairs: RaggedPairs;
  readonly wordIds: { readonly source: WordIds; readonly target: WordIds };
  /** Number of words on either side, and the links between them, source first. */
  readonly links: readonly {
    readonly words: readonly [source: number, target: number];
    readonly sure: readonly AlignmentLink[];
    readonly possible: readonly AlignmentLink[];
  }[];
  readonly checksum: string;
  readonly note: string;
}

/**
 * Weights between words, [target words, source words], row-major, from those between tokens: sums over the tokens of a source word, means
 * over those of a target word.
 */
export function wordWeights(
  weights: readonly Float32Array[],
  wordIds: { readonly source: Int32Array; readonly target: Int32Array },
  [sourceWords, targetWords]: readonly [number, number],
): Float64Array {
  const sums = new Float64Array(sourceWords * targetWords);
  const counts = new Float64Array(targetWords);
  wordIds.target.forEach((word, t) => {
    counts[word]!++;
    wordIds.source.forEach((from, s) => (sums[word * sourceWords + from]! += weights[t]![s]!));
  });
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / sourceWords)]!));
}

/** Collects predictions of aligned pairs; `scores` evaluates them, with links to all words of the largest weight. */
export function alignmentCollector({ wordIds, links, pairs }: AlignedText): {
  readonly collect: (prediction: { readonly weights: readonly Float32Array[] }, index: number) => void;
  readonly scores: () => AlignmentScores;
} {
  const found: AlignedSentences[] = [];
  return {
    collect: ({ weights }, index) => {
      const { words, sure, possible } = links[index]!;
      const [keys, queries] = words;
      const own = { source: wordIds.source[index]!, target: wordIds.target[index]! };
      const between = wordWeights(weights.slice(0, rowLength(pairs.target, index)), own, words);
      found[index] = { links: attentionAlignment(between, { queries, keys, rule: "argmax-all" }), sure, possible };
    },
    scores: () => alignmentErrorRate(found),
  };
}
