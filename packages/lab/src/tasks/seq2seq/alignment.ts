/** How well attention finds the links between the words of two texts, when the second is given to the model. */
import type { AlignmentLink } from "../../datasets/alignment.ts";
import {
  alignmentErrorRate,
  attentionAlignment,
  type AlignmentScores,
  type AlignedSentences,
} from "../../metrics/index.ts";
import { rowLength, type RaggedPairs } from "../../base/ragged.ts";

/** The word that every piece belongs to. */
type Owners = readonly Int32Array[];

export interface AlignedText {
  readonly pairs: RaggedPairs;
  readonly owners: { readonly source: Owners; readonly target: Owners };
  /** Words on either side, and the links between them, source first. */
  readonly links: readonly {
    readonly words: readonly [source: number, target: number];
    readonly sure: readonly AlignmentLink[];
    readonly possible: readonly AlignmentLink[];
  }[];
  readonly checksum: string;
  readonly note: string;
}

/**
 * Weights between words, [target words, source words], row by row, from those between pieces: summed over a source word's pieces, the mean
 * over a target word's.
 */
export function wordWeights(
  weights: readonly Float32Array[],
  owners: { readonly source: Int32Array; readonly target: Int32Array },
  [sourceWords, targetWords]: readonly [number, number],
): Float64Array {
  const sums = new Float64Array(sourceWords * targetWords);
  const counts = new Float64Array(targetWords);
  owners.target.forEach((word, t) => {
    counts[word]!++;
    owners.source.forEach((from, s) => (sums[word * sourceWords + from]! += weights[t]![s]!));
  });
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / sourceWords)]!));
}

/** Collects the readings of linked pairs; `scores` holds them against people's links, all words of the largest weight being linked. */
export function alignmentCollector({ owners, links, pairs }: AlignedText): {
  readonly see: (reading: { readonly weights: readonly Float32Array[] }, index: number) => void;
  readonly scores: () => AlignmentScores;
} {
  const found: AlignedSentences[] = [];
  return {
    see: ({ weights }, index) => {
      const { words, sure, possible } = links[index]!;
      const [keys, queries] = words;
      const own = { source: owners.source[index]!, target: owners.target[index]! };
      const between = wordWeights(weights.slice(0, rowLength(pairs.target, index)), own, words);
      found[index] = { links: attentionAlignment(between, { queries, keys, rule: "argmax-all" }), sure, possible };
    },
    scores: () => alignmentErrorRate(found),
  };
}
