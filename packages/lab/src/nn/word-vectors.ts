/** Word vectors from plain text: the leading directions of positive pointwise mutual information. */
import { foldIn, normalNumbers, uniformNumbers } from "../base/rng.ts";

export interface WordVectorsOptions {
  /** Numbers of a vector. */
  readonly dimension: number;
  /** Words on either side that count as a word's company, the near ones more: 1/distance. Default 5. */
  readonly window?: number;
  /** Rounds of orthogonal iteration. Default 12. */
  readonly rounds?: number;
  /** Words with a smaller number are padding or unknown: they are nobody's company and get zeros. Default 2. */
  readonly first?: number;
}

/** A symmetric matrix by its positive entries, row after row. */
interface SparseMatrix {
  readonly size: number;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

function companyCounts(sentences: Iterable<Int32Array>, size: number, window: number, first: number) {
  const rows: Map<number, number>[] = Array.from({ length: size }, () => new Map());
  const add = (from: number, to: number, count: number) => {
    const row = rows[from]!;
    row.set(to, (row.get(to) ?? 0) + count);
  };
  for (const words of sentences) {
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (word < first) continue;
      for (let distance = 1; distance <= window && i + distance < words.length; distance++) {
        const other = words[i + distance]!;
        if (other < first) continue;
        add(word, other, 1 / distance);
        add(other, word, 1 / distance);
      }
    }
  }
  return rows;
}

/** max(0, log(count(a, b) total / (count(a) count(b)))), with counts of company smoothed by a power of 3/4 on either side. */
function mutualInformation(rows: readonly Map<number, number>[]): SparseMatrix {
  const size = rows.length;
  const sums = rows.map((row) => Array.from(row.values()).reduce((sum, count) => sum + count, 0));
  const total = sums.reduce((sum, count) => sum + count, 0);
  const power = 0.875;
  const smooth = sums.map((sum) => sum ** power);
  const scale = total ** (2 * power - 1);
  const starts = new Int32Array(size + 1);
  const columns: number[] = [];
  const values: number[] = [];
  rows.forEach((row, i) => {
    for (const [j, count] of row) {
      const information = Math.log((count * scale) / (smooth[i]! * smooth[j]!));
      if (information <= 0) continue;
      columns.push(j);
      values.push(information);
    }
    starts[i + 1] = columns.length;
  });
  return { size, starts, columns: Int32Array.from(columns), values: Float32Array.from(values) };
}

/** out = M basis, both size x width. */
function multiply(
  { size, starts, columns, values }: SparseMatrix,
  basis: Float32Array,
  width: number,
  out: Float32Array,
): void {
  out.fill(0);
  for (let i = 0; i < size; i++) {
    const to = i * width;
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const from = columns[at]! * width;
      const value = values[at]!;
      for (let k = 0; k < width; k++) out[to + k]! += value * basis[from + k]!;
    }
  }
}

/** Makes the columns orthonormal, first to last (modified Gram-Schmidt); returns their lengths before. */
function orthonormalize(columns: Float32Array, size: number, width: number): Float64Array {
  const lengths = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    for (let j = 0; j < k; j++) {
      let dot = 0;
      for (let i = 0; i < size; i++) dot += columns[i * width + j]! * columns[i * width + k]!;
      for (let i = 0; i < size; i++) columns[i * width + k]! -= dot * columns[i * width + j]!;
    }
    let square = 0;
    for (let i = 0; i < size; i++) square += columns[i * width + k]! ** 2;
    const length = Math.sqrt(square);
    lengths[k] = length;
    // A matrix of lower rank than the dimension leaves nothing but rounding in the last columns.
    const factor = length > 1e-6 * (lengths[0] || 1) ? 1 / length : 0;
    for (let i = 0; i < size; i++) columns[i * width + k]! *= factor;
  }
  return lengths;
}

/**
 * A vector for every word, [size, dimension]: rows of U |Lambda|^(1/2) for the eigenvectors U of the positive pointwise mutual
 * information of words and their company, by orthogonal iteration. Scaled so that the mean square of a number is 1/dimension. Words
 * without company get zeros. Deterministic. Cost: O(rounds (pairs dimension + size dimension^2)).
 *
 * - `sentences`: numbers of words, each from 0 to size - 1. Throws a RangeError for a dimension or window below 1.
 *
 * Levy and Goldberg, "Neural Word Embedding as Implicit Matrix Factorization" (2014).
 */
export function wordVectors(
  sentences: Iterable<Int32Array>,
  size: number,
  { dimension, window = 5, rounds = 12, first = 2 }: WordVectorsOptions,
): Float32Array<ArrayBuffer> {
  for (const [name, value] of Object.entries({ dimension, window, rounds })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} is ${value}: a whole number from 1 is needed`);
  }
  const matrix = mutualInformation(companyCounts(sentences, size, window, first));
  const width = Math.min(dimension, size);
  const normal = normalNumbers(uniformNumbers(foldIn(0, "word vectors")));
  let basis = Float32Array.from({ length: size * width }, normal);
  let next = new Float32Array(size * width);
  let lengths = orthonormalize(basis, size, width);
  for (let round = 0; round < rounds; round++) {
    multiply(matrix, basis, width, next);
    lengths = orthonormalize(next, size, width);
    [basis, next] = [next, basis];
  }
  const vectors = new Float32Array(size * dimension);
  let square = 0;
  let filled = 0;
  for (let i = 0; i < size; i++) {
    if (matrix.starts[i] === matrix.starts[i + 1]) continue;
    filled++;
    for (let k = 0; k < width; k++) {
      const value = basis[i * width + k]! * Math.sqrt(lengths[k]!);
      vectors[i * dimension + k] = value;
      square += value ** 2;
    }
  }
  const scale = square === 0 ? 0 : Math.sqrt(filled / square);
  return vectors.map((value) => value * scale);
}
