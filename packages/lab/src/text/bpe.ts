/**
 * Words cut into frequent pieces by byte-pair encoding over characters, learnt from counted words.
 *
 * Own code: the tokenizer libraries of npm that are kept up read vocabularies that were learnt elsewhere, and none learns one.
 */

/** The merges in the order they were learnt; each makes one piece of two neighbouring ones. */
export type BpeMerges = readonly (readonly [left: string, right: string])[];

/** Separates the two pieces of a pair in a key; no piece holds it, since unpaired surrogates are no characters of a word. */
const BETWEEN = "\ud800";

const keyOf = (left: string, right: string): string => left + BETWEEN + right;

interface Word {
  pieces: string[];
  readonly count: number;
}

type Entry = readonly [count: number, key: string];

const comesBefore = ([countA, keyA]: Entry, [countB, keyB]: Entry): boolean =>
  countA !== countB ? countA > countB : keyA < keyB;

/**
 * A heap of keys by falling count, then by key. Counts that have changed since leave old entries behind, which the reader passes over.
 */
function countHeap(): { readonly push: (count: number, key: string) => void; readonly pop: () => Entry | undefined } {
  const entries: Entry[] = [];
  return {
    push: (count, key) => {
      const entry = [count, key] as const;
      let at = entries.length;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (!comesBefore(entry, entries[above]!)) break;
        entries[at] = entries[above]!;
        at = above;
      }
      entries[at] = entry;
    },
    pop: () => {
      const first = entries[0];
      const last = entries.pop();
      if (first === undefined || last === undefined || entries.length === 0) return first;
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= entries.length) break;
        if (below + 1 < entries.length && comesBefore(entries[below + 1]!, entries[below]!)) below++;
        if (!comesBefore(entries[below]!, last)) break;
        entries[at] = entries[below]!;
        at = below;
      }
      entries[at] = last;
      return first;
    },
  };
}

/** Every neighbouring pair of a word, once for each place it stands in. */
function pairsOf(pieces: readonly string[]): string[] {
  return pieces.slice(1).map((piece, i) => keyOf(pieces[i]!, piece));
}

function merged(pieces: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    if (pieces[i] === left && pieces[i + 1] === right) {
      result.push(left + right);
      i++;
    } else result.push(pieces[i]!);
  }
  return result;
}

/**
 * At most `most` merges: again and again the most frequent pair of neighbouring pieces within a word becomes one piece, of equally
 * frequent ones the first by its characters. Pairs that are found once are left as they are.
 *
 * - `counts`: how often each word occurs. Deterministic. Cost: about the characters of all distinct words times the logarithm of
 *   their pairs, for every merge only the words that hold its pair.
 *
 * Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016).
 *
 * @example
 * learnMerges(new Map([["aab", 2], ["ab", 1]]), 1); // [["a", "b"]]
 */
export function trainBpe(counts: ReadonlyMap<string, number>, most: number): BpeMerges {
  const words: Word[] = Array.from(counts, ([word, count]) => ({ pieces: Array.from(word), count }));
  const totals = new Map<string, number>();
  const holders = new Map<string, Set<number>>();
  const add = (key: string, count: number, word: number) => {
    totals.set(key, (totals.get(key) ?? 0) + count);
    const known = holders.get(key);
    if (known === undefined) holders.set(key, new Set([word]));
    else known.add(word);
  };
  words.forEach(({ pieces, count }, index) => {
    for (const key of pairsOf(pieces)) add(key, count, index);
  });
  const heap = countHeap();
  for (const [key, total] of totals) heap.push(total, key);

  const merges: [string, string][] = [];
  while (merges.length < most) {
    const top = heap.pop();
    if (top === undefined) break;
    const [count, key] = top;
    if (totals.get(key) !== count) continue;
    if (count < 2) break;
    const [left, right] = key.split(BETWEEN) as [string, string];
    merges.push([left, right]);
    const changed = new Set<string>();
    for (const index of holders.get(key)!) {
      const word = words[index]!;
      for (const old of pairsOf(word.pieces)) {
        totals.set(old, totals.get(old)! - word.count);
        changed.add(old);
      }
      word.pieces = merged(word.pieces, left, right);
      for (const fresh of pairsOf(word.pieces)) {
        add(fresh, word.count, index);
        changed.add(fresh);
      }
    }
    totals.delete(key);
    changed.delete(key);
    for (const one of changed) {
      const total = totals.get(one)!;
      if (total > 0) heap.push(total, one);
      else totals.delete(one);
    }
  }
  return merges;
}

/**
 * The pieces of a word under the merges, applied in the order they were learnt. Joined they are the word. Words are remembered.
 *
 * @example
 * subwordCutter([["a", "b"]])("aab"); // ["a", "ab"]
 */
export function bpeTokenizer(merges: BpeMerges): (word: string) => readonly string[] {
  const ranks = new Map(merges.map(([left, right], rank) => [keyOf(left, right), rank]));
  const known = new Map<string, readonly string[]>();
  return (word) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    let pieces = Array.from(word);
    for (;;) {
      let best = Infinity;
      for (const key of pairsOf(pieces)) best = Math.min(best, ranks.get(key) ?? Infinity);
      if (best === Infinity) break;
      const [left, right] = merges[best]!;
      pieces = merged(pieces, left, right);
    }
    known.set(word, pieces);
    return pieces;
  };
}
