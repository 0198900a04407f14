/** n-grams of tokens as numbers, which are counted in arrays. */

/** The n-grams of one order in a few sequences. */
export interface Ngrams {
  /** Per sequence the numbers of its n-grams, in order; equal n-grams have one number. */
  readonly numbers: readonly Int32Array[];
  /** Number of different n-grams: every number is below it. */
  readonly size: number;
}

function numbered(lengths: readonly number[], keyAt: (sequence: number, i: number) => string | number): Ngrams {
  const known = new Map<string | number, number>();
  const numbers = lengths.map((length, s) => {
    const row = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const key = keyAt(s, i);
      let number = known.get(key);
      if (number === undefined) {
        number = known.size;
        known.set(key, number);
      }
      row[i] = number;
    }
    return row;
  });
  return { numbers, size: known.size };
}

/** The n-grams of orders 1 .. `highest` of sequences of tokens that are compared with each other. Linear for each order. */
export function ngramsOf(sequences: readonly (readonly string[])[], highest: number): Ngrams[] {
  const words = numbered(
    sequences.map(({ length }) => length),
    (s, i) => sequences[s]![i]!,
  );
  const orders = [words];
  while (orders.length < highest) {
    const n = orders.length + 1;
    const { numbers } = orders[n - 2]!;
    // An n-gram is the (n - 1)-gram that it begins with and its last word.
    orders.push(
      numbered(
        sequences.map(({ length }) => Math.max(0, length - n + 1)),
        (s, i) => numbers[s]![i]! * words.size + words.numbers[s]![i + n - 1]!,
      ),
    );
  }
  return orders;
}

/** Occurrences of each of the `size` numbers. */
export function ngramCounts(numbers: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  for (const number of numbers) counts[number]!++;
  return counts;
}

/** n-grams in common: sum min(a, b). */
export function clippedMatches(a: Int32Array, b: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.min(a[i]!, b[i]!);
  return sum;
}
