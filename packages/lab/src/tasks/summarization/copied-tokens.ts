/** Tokens of a text that a compression by deletion copies: what a model that writes it should attend to. */
import type { AlignmentLink } from "../../datasets/alignment.ts";
import { raggedArray, rowLength, rowAt, rowCount, type RaggedPairs } from "../../base/ragged.ts";
import type { AlignedText } from "../seq2seq/alignment.ts";

/**
 * Links between equal tokens of the longest common subsequence, source first; of several subsequences the one that keeps the earliest
 * tokens of the source. Cost: the product of the lengths.
 *
 * @example
 * copiedAlignment([5, 6, 7, 6], [6, 7]); // [[1, 0], [2, 1]]
 */
export function copiedAlignment(source: ArrayLike<number>, target: ArrayLike<number>): AlignmentLink[] {
  const [n, m] = [source.length, target.length];
  // lengths[i * (m + 1) + j]: of what follows source token i and target token j.
  const lengths = new Uint16Array((n + 1) * (m + 1));
  const at = (i: number, j: number) => lengths[i * (m + 1) + j]!;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      lengths[i * (m + 1) + j] = source[i] === target[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const links: AlignmentLink[] = [];
  for (let i = 0, j = 0; i < n && j < m;) {
    if (source[i] === target[j] && at(i, j) === at(i + 1, j + 1) + 1) links.push([i++, j++]);
    else if (at(i, j + 1) === at(i, j)) j++;
    else i++;
  }
  return links;
}

/** Texts whose links are counted. */
const MOST = 1000;

/** Alignments of the pairs of a split, token by token. */
export function copiedTokens(pairs: RaggedPairs): AlignedText {
  const indices = Array.from({ length: rowCount(pairs.source) }, (_, i) => i)
    .filter((i) => rowLength(pairs.source, i) > 0 && rowLength(pairs.target, i) > 0)
    .slice(0, MOST);
  const side = (name: "source" | "target") => indices.map((i) => rowAt(pairs[name], i));
  const [sources, targets] = [side("source"), side("target")];
  const each = (sentences: readonly Int32Array[]) =>
    sentences.map(({ length }) => Int32Array.from({ length }, (_, i) => i));
  return {
    pairs: { source: raggedArray(sources), target: raggedArray(targets) },
    wordIds: { source: each(sources), target: each(targets) },
    links: sources.map((source, i) => ({
      words: [source.length, targets[i]!.length],
      sure: copiedAlignment(source, targets[i]!),
      possible: [],
    })),
    checksum: "",
    note: `Attention is evaluated against the copied tokens of ${indices.length.toLocaleString("en-US")} compressions of the test set.`,
  };
}
