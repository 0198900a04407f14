/** Longest common subsequences of tokens. */

/** Lengths for all prefixes of both, row-major, (a.length + 1) x (b.length + 1). */
function lengthTable(a: readonly string[], b: readonly string[]): Uint16Array | Uint32Array {
  const width = b.length + 1;
  const size = (a.length + 1) * width;
  const table = Math.min(a.length, b.length) < 2 ** 16 ? new Uint16Array(size) : new Uint32Array(size);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] = a[i - 1] === b[j - 1] ? table[at - width - 1]! + 1 : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  return table;
}

/** Length of the longest common subsequence. O(a b) time, O(b) memory. */
export function lcsLength(a: readonly string[], b: readonly string[]): number {
  const row = new Uint32Array(b.length + 1);
  for (const token of a) {
    let diagonal = 0;
    for (let j = 1; j < row.length; j++) {
      const above = row[j]!;
      row[j] = token === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!);
      diagonal = above;
    }
  }
  return row[b.length]!;
}

/** Marks in `found` the positions in `a` of one longest common subsequence, the one that ROUGE reads. O(a b) time and memory. */
export function markLcs(found: Uint8Array, a: readonly string[], b: readonly string[]): void {
  const width = b.length + 1;
  const table = lengthTable(a, b);
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      found[--i] = 1;
      j--;
    } else if (table[i * width + j - 1]! > table[(i - 1) * width + j]!) j--;
    else i--;
  }
}
