/** Suggests the known name that a misspelt one probably meant. */

/** Edits (insertion, deletion, substitution, swap of neighbours) from one text to the other. */
export function editDistance(from: string, to: string): number {
  let twoBack: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, twoBack[j - 2]! + 1);
      }
      row.push(cost);
    }
    twoBack = last;
    last = row;
  }
  return last[to.length]!;
}

/** The known name nearest to `given`, or null when none is near enough to be meant. */
export function nearest(given: string, known: readonly string[]): string | null {
  const wanted = given.toLowerCase();
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const name of known) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  if (best === null) return null;
  // Of a short name hardly a letter may differ.
  const most = best.length <= 4 ? 1 : Math.max(2, Math.floor(best.length / 3));
  return bestDistance <= most ? best : null;
}

/** "unknown mapping "fusdmax": did you mean fusedmax? Available: softmax, ..." */
export function unknownName(what: string, given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  const hint = near === null ? "; available:" : `: did you mean ${near}? Available:`;
  return `unknown ${what} ${JSON.stringify(given)}${hint} ${known.join(", ")}`;
}
