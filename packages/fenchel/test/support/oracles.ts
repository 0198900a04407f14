/**
 * Mappings from their definitions by the plainest means: bisection, enumeration, level sets. They are slow, take one row of
 * a few entries, and share nothing with the library. `v` is a row of scores over gamma.
 */

export type Weights = number[];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const maximum = (values: readonly number[]) => values.reduce((top, value) => (value > top ? value : top), -Infinity);

/** Where an increasing function changes sign in [low, high], to the last bit. */
function bisect(f: (t: number) => number, low: number, high: number): number {
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
}

/** The projection of v onto {0 <= y, sum y = total}, by bisection on the threshold. */
export function simplexProjection(v: readonly number[], total = 1): Weights {
  const top = maximum(v);
  const z = v.map((score) => score - top);
  const at = (tau: number) => z.map((score) => Math.max(score - tau, 0));
  return at(bisect((tau) => total - sum(at(tau)), -total, 0));
}

/** The projection of v onto {0 <= y <= 1, sum y <= budget}. */
export function budgetProjection(v: readonly number[], budget: number): Weights {
  const at = (tau: number) => v.map((score) => Math.min(Math.max(score - tau, 0), 1));
  if (sum(at(0)) <= budget) return at(0);
  return at(bisect((tau) => budget - sum(at(tau)), 0, maximum(v)));
}

export function softmaxOf(v: readonly number[]): Weights {
  const top = maximum(v);
  const e = v.map((score) => Math.exp(score - top));
  return e.map((value) => value / sum(e));
}

/** sparsemax or softmax of the k best scores, the first of equal ones. */
export function topk(v: readonly number[], k: number, base: (v: readonly number[]) => Weights): Weights {
  const order = v.map((_, i) => i).sort((i, j) => v[j]! - v[i]! || i - j);
  const kept = order.slice(0, k).sort((i, j) => i - j);
  const weights = base(kept.map((i) => v[i]!));
  return v.map((_, i) => (kept.includes(i) ? weights[kept.indexOf(i)]! : 0));
}

/** y with sum of y^power 1 and y = (scale (v - tau))_+^(1 / b). Solved by what the last kept score has, for any b. */
function thresholded(v: readonly number[], b: number, scale: number, power: number): Weights {
  const sorted = v.toSorted((x, y) => y - x);
  const at = (edge: number, w: number) =>
    v.map((score) => (score < edge ? 0 : score === edge ? w : (scale * (score - edge) + w ** b) ** (1 / b)));
  const excess = (edge: number, w: number) => sum(at(edge, w).map((weight) => weight ** power)) - 1;
  let edge = sorted[0]!;
  for (const candidate of sorted) if (excess(candidate, 0) < 0) edge = candidate;
  return at(
    edge,
    bisect((w) => excess(edge, w), 0, 1),
  );
}

const normalized = (y: readonly number[]) => y.map((weight) => weight / sum(y));

/** [(alpha - 1) v - tau]_+^(1 / (alpha - 1)) with sum 1. */
export function entmaxOf(v: readonly number[], alpha: number): Weights {
  if (alpha === 1) return softmaxOf(v);
  return normalized(thresholded(v, alpha - 1, alpha - 1, 1));
}

/** Weights proportional to [v - tau]_+^(1 / (alpha - 1)), tau such that sum [v - tau]_+^(alpha / (alpha - 1)) = 1. */
export function normmaxOf(v: readonly number[], alpha: number): Weights {
  return normalized(thresholded(v, alpha - 1, 1, alpha));
}

/** Weights proportional to u = [v - tau]_+^(1 / (p - 1)), tau such that sum u = (sum u^p)^((2 - p) / p). */
export function sqPnormMaxOf(v: readonly number[], p: number): Weights {
  const top = maximum(v);
  const at = (tau: number) => v.map((score) => Math.max(score - top - tau, 0) ** (1 / (p - 1)));
  const excess = (tau: number) => {
    const u = at(tau);
    return sum(u.map((value) => value ** p)) ** ((2 - p) / p) - sum(u);
  };
  return normalized(at(bisect(excess, -1, 0)));
}

/**
 * The prox z = argmin |z - v|^2 / 2 + lambda f(z) of a penalty f that is the Lovasz extension of a set function: the set
 * where z >= t is the largest that minimizes sum (t - v) over the set plus lambda times the set function. `levelSet` finds
 * it; every z is where its entry leaves.
 */
function proxByLevels(v: readonly number[], reach: number, levelSet: (t: number) => readonly boolean[]): number[] {
  const low = v.reduce((bottom, score) => Math.min(bottom, score), Infinity) - reach - 1;
  const high = maximum(v) + reach + 1;
  return v.map((_, i) => bisect((t) => (levelSet(t)[i] === true ? -1 : 1), low, high));
}

/** Total variation on a chain: the level set by dynamic programming from left to right. */
export function chainProx(v: readonly number[], lambda: number): number[] {
  return proxByLevels(v, 2 * lambda, (t) => {
    // Cost of the best choice for the entries so far when the last is out, or in; and which choice it was.
    let out = 0;
    let into = 0;
    const steps = v.map((score, i) => {
      const toOut = i === 0 || out <= into + lambda ? 0 : 1;
      const toIn = i === 0 || into <= out + lambda ? 1 : 0;
      const nextOut = i === 0 ? 0 : toOut === 0 ? out : into + lambda;
      const nextIn = (i === 0 ? 0 : toIn === 1 ? into : out + lambda) + t - score;
      out = nextOut;
      into = nextIn;
      return [toOut, toIn] as const;
    });
    const chosen = v.map(() => false);
    let inside = into <= out;
    for (let i = v.length - 1; i >= 0; i--) {
      chosen[i] = inside;
      inside = steps[i]![inside ? 1 : 0] === 1;
    }
    return chosen;
  });
}

/** Total variation on a graph with limits |u_e| <= lambda strength_e: the level set by trying every set. */
export function graphProx(
  v: readonly number[],
  edges: readonly (readonly [number, number])[],
  limits: readonly number[],
): number[] {
  const n = v.length;
  const cuts = Array.from({ length: 1 << n }, (_, set) =>
    edges.reduce((cut, [i, j], e) => cut + (((set >> i) & 1) === ((set >> j) & 1) ? 0 : limits[e]!), 0),
  );
  const scores = Array.from({ length: 1 << n }, (_, set) => sum(v.filter((__, i) => (set >> i) & 1)));
  const sizes = Array.from({ length: 1 << n }, (_, set) => v.filter((__, i) => (set >> i) & 1).length);
  return proxByLevels(v, sum(limits), (t) => {
    let best = 0;
    let least = 0;
    for (let set = 1; set < 1 << n; set++) {
      const cost = t * sizes[set]! - scores[set]! + cuts[set]!;
      if (cost < least || (cost === least && sizes[set]! > sizes[best]!)) [best, least] = [set, cost];
    }
    return v.map((_, i) => ((best >> i) & 1) === 1);
  });
}

/** sum_{i<j} max(y_i, y_j): the level sets are the best k scores, and k of them take part in pairs(k) pairs. */
export function pairwiseMaxProx(v: readonly number[], lambda: number): number[] {
  const n = v.length;
  const order = v.map((_, i) => i).sort((i, j) => v[j]! - v[i]!);
  const pairs = (k: number) => (n * (n - 1) - (n - k) * (n - k - 1)) / 2;
  return proxByLevels(v, n * lambda, (t) => {
    let best = 0;
    let least = 0;
    let cost = 0;
    for (let k = 1; k <= n; k++) {
      cost += t - v[order[k - 1]!]!;
      if (cost + lambda * pairs(k) <= least) [best, least] = [k, cost + lambda * pairs(k)];
    }
    const chosen = v.map(() => false);
    for (let k = 0; k < best; k++) chosen[order[k]!] = true;
    return chosen;
  });
}

export const fusedmaxOf = (v: readonly number[], lambda: number) => simplexProjection(chainProx(v, lambda));
export const oscarmaxOf = (v: readonly number[], lambda: number) => simplexProjection(pairwiseMaxProx(v, lambda));

/** The closest non-increasing sequence, by the min-max formula over all intervals that hold an entry. */
export function nonIncreasing(values: readonly number[]): number[] {
  return values.map((_, i) => {
    let least = Infinity;
    for (let a = 0; a <= i; a++) {
      let most = -Infinity;
      for (let b = i; b < values.length; b++) most = Math.max(most, mean(values.slice(a, b + 1)));
      least = Math.min(least, most);
    }
    return least;
  });
}

/** Ids of runs of equal values (to `slack`) wherever they stand, or side by side. */
export function groupsOf(values: readonly number[], sideBySide: boolean, slack = 1e-9): number[] {
  const ids = values.map((_, i) => i);
  for (let i = 0; i < values.length; i++) {
    for (let j = sideBySide ? Math.max(i - 1, 0) : 0; j < i; j++) {
      if (Math.abs(values[i]! - values[j]!) <= slack) {
        ids[i] = ids[j]!;
        break;
      }
    }
  }
  return ids;
}

/** The matrix that averages over groups. */
export function averagingMatrix(groups: readonly number[]): number[][] {
  return groups.map((id) => {
    const size = groups.filter((other) => other === id).length;
    return groups.map((other) => (other === id ? 1 / size : 0));
  });
}

/** diag(s) - s s^T / |s| for the support s: the Jacobian of the projection onto the simplex. */
export function projectionMatrix(weights: readonly number[]): number[][] {
  const support = weights.map((weight) => Number(weight > 0));
  const size = Math.max(sum(support), 1);
  return support.map((a, i) => support.map((b, j) => (i === j ? a : 0) - (a * b) / size));
}

export function multiply(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((total, value, j) => total + value * vector[j]!, 0));
}

/**
 * <u, J e_i> for every i, J the Jacobian of a function by central differences; undefined where differences of two steps
 * disagree, which a kink within them does.
 */
export function differences(
  f: (v: number[]) => readonly number[],
  v: readonly number[],
  u: readonly number[],
  h = 1e-5,
): (number | undefined)[] {
  const value = (point: number[]) => f(point).reduce((total, weight, i) => total + weight * u[i]!, 0);
  return v.map((score, i) => {
    const at = (step: number) => value(v.with(i, score + step));
    const near = (at(h) - at(-h)) / (2 * h);
    const wide = (at(2 * h) - at(-2 * h)) / (4 * h);
    return Math.abs(near - wide) > 1e-5 * (1 + Math.abs(near)) ? undefined : near;
  });
}
