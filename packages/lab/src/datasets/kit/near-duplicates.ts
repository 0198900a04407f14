/**
 * Which texts say the same, so that they never stand on two sides of a split.
 *
 * Exact, not sketched: all pairs whose sets of k neighbouring words have a Jaccard similarity of at least t, found by prefix filtering
 * (Chaudhuri, Ganti & Kaushik 2006; Bayardo, Ma & Srikant 2007). Two sets A and B with |A ∩ B| / |A ∪ B| >= t overlap in at least
 * ceil(t |A|) elements, hence they share one among the |A| - ceil(t |A|) + 1 rarest elements of A and the like of B.
 */

/** Disjoint sets under union; the smallest member names a set. */
export interface Groups {
  readonly unite: (a: number, b: number) => void;
  readonly groupOf: (item: number) => number;
}

export function createGroups(size: number): Groups {
  const parent = Int32Array.from({ length: size }, (_, i) => i);
  const groupOf = (item: number): number => {
    let root = item;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = item; parent[at] !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const unite = (a: number, b: number): void => {
    const [rootA, rootB] = [groupOf(a), groupOf(b)];
    parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  };
  return { unite, groupOf };
}

/** Unites items that share a key; empty keys unite nothing. */
export function uniteByKey(groups: Groups, keys: readonly (readonly string[])[]): void {
  const first = new Map<string, number>();
  for (const [item, own] of keys.entries()) {
    for (const key of own) {
      const other = first.get(key);
      if (other === undefined) first.set(key, item);
      else groups.unite(other, item);
    }
  }
}

/**
 * Numbers the runs of `length` neighbouring words of every text; equal runs have equal numbers. A shorter text is one run, filled up.
 * Longer runs are numbered by the pair (run without its last word, last word), so that no run is ever spelt out.
 */
function numberRuns(texts: readonly (readonly string[])[], length: number): { runs: Int32Array[]; count: number } {
  const vocabulary = new Map<string, number>([["", 0]]);
  const words = texts.map((text) => {
    const numbers = new Int32Array(Math.max(text.length, length));
    for (const [position, word] of text.entries()) {
      let number = vocabulary.get(word);
      if (number === undefined) vocabulary.set(word, (number = vocabulary.size));
      numbers[position] = number;
    }
    return numbers;
  });
  let runs = words;
  let count = vocabulary.size;
  for (let size = 2; size <= length; size++) {
    const longer = new Map<number, number>();
    runs = runs.map((shorter, text) => {
      const result = new Int32Array(shorter.length - 1);
      for (let i = 0; i < result.length; i++) {
        const pair = shorter[i]! * vocabulary.size + words[text]![i + size - 1]!;
        let number = longer.get(pair);
        if (number === undefined) longer.set(pair, (number = longer.size));
        result[i] = number;
      }
      return result;
    });
    count = longer.size;
  }
  return { runs, count };
}

/** The sets of runs, each sorted from the rarest run to the most common, which is what prefix filtering wants. */
function sortedSets(runs: readonly Int32Array[], count: number): Int32Array[] {
  const holders = new Int32Array(count);
  const sets = runs.map((own) => {
    const sorted = own.slice().sort();
    const distinct = sorted.filter((run, i) => i === 0 || run !== sorted[i - 1]);
    for (const run of distinct) holders[run]!++;
    return distinct;
  });
  const byRarity = Int32Array.from({ length: count }, (_, run) => run).sort(
    (a, b) => holders[a]! - holders[b]! || a - b,
  );
  const rank = new Int32Array(count);
  for (const [position, run] of byRarity.entries()) rank[run] = position;
  return sets.map((own) => own.map((run) => rank[run]!).sort());
}

function overlap(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      count++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
  }
  return count;
}

export interface NearDuplicateOptions {
  /** Neighbouring words in a run, at least 1; default 3. */
  readonly shingle?: number;
  /** Smallest Jaccard similarity of near-duplicates, in (0, 1]; default 0.4. */
  readonly similarity?: number;
  /** Compare only the starts of the texts, of each of these numbers of words; default the whole texts. */
  readonly starts?: readonly number[];
}

/** All pairs of sets with a Jaccard similarity of at least `similarity`, as a < b. Empty sets pair with none. */
function similarPairs(sets: readonly Int32Array[], similarity: number): [number, number][] {
  const holders = new Map<number, number[]>();
  const pairs: [number, number][] = [];
  for (const [b, own] of sets.entries()) {
    if (own.length === 0) continue;
    const prefix = own.length - Math.ceil(similarity * own.length) + 1;
    const candidates = new Set<number>();
    for (let i = 0; i < prefix; i++) {
      const known = holders.get(own[i]!);
      if (known === undefined) holders.set(own[i]!, [b]);
      else {
        for (const a of known) candidates.add(a);
        known.push(b);
      }
    }
    for (const a of candidates) {
      const other = sets[a]!;
      if (Math.min(own.length, other.length) < similarity * Math.max(own.length, other.length)) continue;
      const common = overlap(own, other);
      if (common >= similarity * (own.length + other.length - common)) pairs.push([a, b]);
    }
  }
  return pairs;
}

/**
 * All pairs `[a, b]`, a < b, of texts whose sets of word runs, over the whole texts or one of `starts`, have a Jaccard similarity of at
 * least `similarity`; sorted, each once. Texts without words pair with none.
 * Cost: linear in the words, plus the pairs that share one of their rarest runs.
 * @throws RangeError when an option is out of range.
 */
export function nearDuplicatePairs(
  texts: readonly (readonly string[])[],
  options: NearDuplicateOptions = {},
): [number, number][] {
  const { shingle = 3, similarity = 0.4, starts = [Infinity] } = options;
  if (!Number.isInteger(shingle) || shingle < 1)
    throw new RangeError(`shingle must be a whole number from 1, got ${shingle}`);
  if (!(similarity > 0 && similarity <= 1))
    throw new RangeError(`similarity must be above 0 and at most 1, got ${similarity}`);
  const { runs, count } = numberRuns(texts, shingle);
  const pairs = new Map<number, [number, number]>();
  for (const [index, start] of starts.entries()) {
    if (!(start >= shingle))
      throw new RangeError(`starts[${index}] must be at least shingle (${shingle}), got ${start}`);
    const compared = runs.map((own, text) => own.subarray(0, texts[text]!.length === 0 ? 0 : start - shingle + 1));
    for (const pair of similarPairs(sortedSets(compared, count), similarity))
      pairs.set(pair[0] * texts.length + pair[1], pair);
  }
  return Array.from(pairs.values()).sort((x, y) => x[0] - y[0] || x[1] - y[1]);
}
