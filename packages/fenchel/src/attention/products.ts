/** The three small matrix products of attention, row-major, each adding a scaled product to its target. */

type Numbers = ArrayLike<number>;
type Target = number[] | Float32Array | Float64Array;

/** A block of a row-major matrix: where it starts and how many columns it has. */
export interface Block<A> {
  readonly of: A;
  readonly at: number;
  readonly columns: number;
}

/** c [m, n] += scale a [m, k] b [n, k]^T. */
export function addTimesTransposed(
  c: Block<Target>,
  a: Block<Numbers>,
  b: Block<Numbers>,
  m: number,
  n: number,
  scale: number,
): void {
  const k = a.columns;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let t = 0; t < k; t++) sum += a.of[a.at + i * k + t]! * b.of[b.at + j * k + t]!;
      c.of[c.at + i * n + j]! += scale * sum;
    }
  }
}

/** c [m, n] += scale a [m, k] b [k, n]; zeros of a, of which sparse weights have many, cost nothing. */
export function addTimes(
  c: Block<Target>,
  a: Block<Numbers>,
  b: Block<Numbers>,
  m: number,
  n: number,
  scale: number,
): void {
  const k = a.columns;
  for (let i = 0; i < m; i++) {
    for (let t = 0; t < k; t++) {
      const factor = scale * a.of[a.at + i * k + t]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) c.of[c.at + i * n + j]! += factor * b.of[b.at + t * n + j]!;
    }
  }
}

/** c [k, n] += scale a [m, k]^T b [m, n]; zeros of a cost nothing. */
export function addTransposedTimes(
  c: Block<Target>,
  a: Block<Numbers>,
  b: Block<Numbers>,
  m: number,
  n: number,
  scale: number,
): void {
  const k = a.columns;
  for (let i = 0; i < m; i++) {
    for (let t = 0; t < k; t++) {
      const factor = scale * a.of[a.at + i * k + t]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) c.of[c.at + t * n + j]! += factor * b.of[b.at + i * n + j]!;
    }
  }
}
