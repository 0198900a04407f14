/** Rows of scores that mappings meet: well-behaved ones and nasty ones. */

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box-Muller). */
export function normals(n: number, seed: number): number[] {
  const next = uniform(seed);
  return Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}

/** Kinds of rows, each a function of its length and a seed. */
export const rowKinds: Readonly<Record<string, (n: number, seed: number) => number[]>> = {
  normal: normals,
  wide: (n, seed) => normals(n, seed).map((x) => 20 * x),
  tiny: (n, seed) => normals(n, seed).map((x) => 1e-9 * x),
  ties: (n, seed) => normals(n, seed).map((x) => Math.round(x)),
  plateaus: (n, seed) => {
    const levels = normals(n, seed);
    return levels.map((_, i) => levels[Math.floor(i / 5)]!);
  },
  equal: (n) => Array.from({ length: n }, () => 0.7),
  sorted: (n, seed) => normals(n, seed).sort((a, b) => a - b),
  alternating: (n) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  peaked: (n, seed) => normals(n, seed).map((x, i) => (i === seed % n ? 30 : x)),
};

/** The scores rounded to multiples of `grid`, so that shifting them is exact. */
export function onGrid(scores: readonly number[], grid: number): number[] {
  return scores.map((x) => Math.round(x / grid) * grid);
}
