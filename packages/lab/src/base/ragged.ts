/** Sentences of numbers one after the other in one array, which travels between processes. */

/** Sentence i has the numbers from `starts[i]` to `starts[i + 1]`. */
export interface RaggedArray {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
}

/** Sentence i of the source is translated by, or shortened to, sentence i of the target. */
export interface RaggedPairs {
  readonly source: RaggedArray;
  readonly target: RaggedArray;
}

export function raggedArray(sentences: readonly Int32Array[]): RaggedArray {
  const starts = new Int32Array(sentences.length + 1);
  sentences.forEach(({ length }, i) => (starts[i + 1] = starts[i]! + length));
  const ids = new Int32Array(starts[sentences.length]!);
  sentences.forEach((sentence, i) => ids.set(sentence, starts[i]));
  return { ids, starts };
}

export const rowCount = ({ starts }: RaggedArray): number => starts.length - 1;

export const rowLength = ({ starts }: RaggedArray, index: number): number => starts[index + 1]! - starts[index]!;

export const rowAt = ({ ids, starts }: RaggedArray, index: number): Int32Array =>
  ids.subarray(starts[index]!, starts[index + 1]!);
