/** Laws of the weights: the set that they lie in, their optimality, invariances, removed entries, rows of a batch, limits. */
import { expect } from "vitest";
import type { RegistryEntry } from "../../src/index.ts";
import { dot, farthest, type Backend } from "../support/backends.ts";
import { onRows, withoutRemoved, type Law } from "../support/cases.ts";
import { optionsOf, sumOf, type Options } from "../support/every-row.ts";
import { expectClose, expectNear, expectZeros } from "../support/expect.ts";
import { normals, onGrid, rowKinds, uniform } from "../support/rows-of-scores.ts";

/** The value of the own hyper-parameter under `options`, the default where it is not given. */
function ownValue({ parameter }: RegistryEntry, options: Options): number {
  return Number(options[parameter!.name] ?? parameter!.default);
}

/** Fails unless the weights lie in the mapping's domain, to rounding. */
function expectFeasible(entry: RegistryEntry, options: Options, weights: ArrayLike<number>, backend: Backend): void {
  const values = Array.from(weights);
  expect(Math.min(...values), "least weight").toBeGreaterThanOrEqual(0);
  expect(Math.max(...values), "greatest weight").toBeLessThanOrEqual(1 + backend.weight);
  const sum = sumOf(weights);
  const slack = backend.sum(values.length);
  if (entry.domain === "budget") expect(sum, "sum").toBeLessThanOrEqual(ownValue(entry, options) + slack);
  else expectClose("sum", sum, 1, slack);
  if (entry.domain === "capped") {
    expect(Math.max(...values), "greatest weight").toBeLessThanOrEqual(ownValue(entry, options) + backend.weight);
  }
}

const feasible: Law = {
  name: "weights lie in the feasible set and are optimal by certificate",
  check: (entry, backend) =>
    onRows(entry, 150, ({ x, options, seed }) => {
      const gamma = [0.01, 1, 50][seed % 3]!;
      const scores = backend.array(x.map((score) => score * (seed % 2 === 0 ? gamma : 1)));
      const weights = entry.mapping(scores, { ...options, gamma });
      expectFeasible(entry, options, weights, backend);
      const [gap] = entry.mapping.gap(scores, weights, { ...options, gamma });
      expect(gap, "gap").toBeLessThanOrEqual(backend.gap * (gamma + Math.max(...scores) - Math.min(...scores)));
    }),
};

const sameInFloat64: Law = {
  name: "equals the float64 code on the same scores, with no positive weight lost",
  check: (entry, backend) =>
    onRows(entry, 150, ({ x, options }) => {
      const scores = backend.array(x);
      const weights = entry.mapping(scores, options);
      const wanted = entry.mapping(Array.from(scores), options);
      expectNear("weights", weights, wanted, backend.weight);
      const lost = wanted.filter((weight, i) => weight > 1e-6 && !(weights[i]! > 0));
      expect(lost, "weights that became 0").toEqual([]);
    }),
};

const shift: Law = {
  name: "a common offset changes nothing, and adds itself to max",
  leftOut: ({ shiftInvariant }) => (shiftInvariant ? undefined : "a constant added to all scores changes the weights"),
  check: (entry, backend) =>
    onRows(entry, 100, ({ x: row, options }) => {
      const x = onGrid(row, backend.grid);
      const shifted = x.map((score) => score + backend.offset);
      const { mapping } = entry;
      expectNear(
        "weights",
        mapping(backend.array(shifted), options),
        mapping(backend.array(x), options),
        backend.weight,
      );
      const rise = mapping.max(backend.array(shifted), options)[0]! - mapping.max(backend.array(x), options)[0]!;
      expectClose("rise of max", rise, backend.offset, 1e-6);
    }),
};

const symmetry: Law = {
  name: "a reordering of the scores that its symmetry allows reorders the weights",
  leftOut: ({ symmetry: kind }) => (kind === "none" ? "no reordering leaves it as it is" : undefined),
  check: (entry, backend) =>
    onRows(entry, 100, ({ x, options, seed }) => {
      const order = x.map((_, i) => i).reverse();
      if (entry.symmetry === "permutation") {
        const next = uniform(seed);
        const keys = x.map(() => next());
        order.sort((a, b) => keys[a]! - keys[b]!);
      }
      const weights = entry.mapping(backend.array(x), options);
      const moved = entry.mapping(backend.array(order.map((i) => x[i]!)), options);
      // Which of several equal scores is kept is a convention where a mapping keeps a fixed number.
      const tied = entry.domain === "face" && new Set(x).size < x.length;
      const sorted = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => a - b);
      if (tied) expectNear("sorted weights", sorted(moved), sorted(weights), backend.weight);
      else
        expectNear(
          "weights",
          moved,
          Array.from(order, (i) => weights[i]!),
          backend.weight,
        );
    }),
};

const monotone: Law = {
  name: "is a monotone operator, with the modulus of Omega",
  check: (entry, backend) =>
    onRows(entry, 100, ({ x, n, options, seed }) => {
      const other = normals(n, seed + 7).map((step, i) => x[i]! + step);
      const y = entry.mapping(backend.array(x), options);
      const z = entry.mapping(backend.array(other), options);
      const dy = Array.from(y, (weight, i) => weight - z[i]!);
      const dx = x.map((value, i) => value - other[i]!);
      const excess = dot(dy, dx) - (entry.euclideanModulus ?? 0) * dot(dy, dy);
      expect(excess, "<dy, dx> - modulus |dy|^2").toBeGreaterThanOrEqual(-50 * backend.weight);
    }),
};

/** Whether two solutions stand on different sides of a kink: another support, or other groups. */
function acrossKink(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  return !Array.from(one).every((weight, i) => weight > 0 === other[i]! > 0);
}

/** Groups renamed by their first members, so that two namings of the same groups are equal. */
function named(groups: ArrayLike<number>): number[] {
  const ids = Array.from(groups);
  return ids.map((id) => (id < 0 ? id : ids.indexOf(id)));
}

const removed: Law = {
  name: "masked, beyond the length and -Infinity all equal removed",
  check: (entry, backend) =>
    onRows(entry, 60, ({ x: row, n, options: given, seed }) => {
      const next = uniform(seed);
      const x = onGrid(row, backend.grid / 16);
      const kept = x.map(() => next() < 0.6);
      kept[seed % n] = true;
      const end = 1 + (seed % n);
      const settings = optionsOf(entry, n, Math.min(end, kept.filter(Boolean).length));
      const options = entry.parameter === null ? given : settings[seed % settings.length]!;
      const on = <T>(values: ArrayLike<T>) => Array.from(values).filter((_, i) => kept[i]);
      const off = <T>(values: ArrayLike<T>) => Array.from(values).filter((_, i) => !kept[i]);
      const cotangent = normals(n, seed);
      const short = withoutRemoved(entry, options, kept);
      const rest = backend.array(on(x));
      const alone = short.mapping.vjp(rest, short.options);
      const wanted = alone.pullback(on(cotangent)) as unknown as Record<string, number> & { scores: number[] };
      const groups = short.mapping.groups?.(rest, short.options);
      const check = (what: string, scores: Float32Array | Float64Array, more: Options) => {
        const all = { ...options, ...more };
        const { weights, pullback } = entry.mapping.vjp(scores, all);
        const got = pullback(cotangent) as unknown as Record<string, number> & { scores: number[] };
        expectNear(`weights, ${what}`, on(weights), alone.weights, backend.weight);
        expectZeros(`removed weights, ${what}`, off(weights));
        expectZeros(`removed gradients, ${what}`, off(got.scores));
        expectClose(
          `max, ${what}`,
          entry.mapping.max(scores, all)[0]!,
          short.mapping.max(rest, short.options)[0]!,
          1e-8 * (1 + Math.max(...x.map(Math.abs))),
        );
        const own = entry.mapping.groups?.(scores, all);
        if (own !== undefined) expect(new Set(off(own)).size, `removed groups, ${what}`).toBeLessThanOrEqual(1);
        if (acrossKink(on(weights), alone.weights)) return;
        if (own !== undefined && String(named(on(own))) !== String(named(groups!))) return;
        const scale = 1 + Math.max(...Array.from(wanted.scores, Math.abs));
        expectNear(`gradient, ${what}`, on(got.scores), wanted.scores, backend.gradient * scale);
        for (const key of Object.keys(got).filter((name) => name !== "scores")) {
          const tolerance = 20 * backend.gradient * (scale + Math.abs(wanted[key]!)) * n;
          expectClose(`gradient in ${key}, ${what}`, got[key]!, wanted[key]!, tolerance);
        }
      };
      const mask = kept.map(Number);
      check("mask", backend.array(x), { mask });
      check("mask of booleans over NaN", backend.array(x.map((value, i) => (kept[i] ? value : NaN))), { mask: kept });
      check("-Infinity", backend.array(x.map((value, i) => (kept[i] ? value : -Infinity))), {});
      const beyond = withoutRemoved(
        entry,
        options,
        x.map((_, i) => i < end),
      );
      const cut = entry.mapping(backend.array(x), { ...options, lengths: [end] });
      const first = beyond.mapping(backend.array(x.slice(0, end)), beyond.options);
      expectNear("weights within the length", cut.slice(0, end), first, backend.weight);
      expectZeros("weights beyond the length", cut.slice(end));
    }),
};

const emptyRow: Law = {
  name: "a row with nothing left gives zeros, a zero gradient, max -Infinity, loss and gap 0",
  check: ({ mapping, optionsFor }, backend) => {
    const n = 4;
    const scores = backend.array([-Infinity, -Infinity, -Infinity, -Infinity, 1, 2, 3, 4]);
    const options = { ...optionsFor?.(n), shape: [2, n], lengths: [n, 0] };
    const { weights, pullback } = mapping.vjp(scores, options);
    expectZeros("weights", weights);
    const gradient = pullback(scores.map(() => 1));
    expectZeros("gradient", gradient.scores);
    expect(gradient.gamma, "gradient in gamma").toBe(0);
    expect(Array.from(mapping.max(scores, options)), "max").toEqual([-Infinity, -Infinity]);
    expectZeros("loss", mapping.loss(scores, [0, 1], options).loss);
    expectZeros("gap", mapping.gap(scores, weights, options));
  },
};

/** The maximizer of <y, x> over the domain for distinct scores: the limit of the weights as gamma falls to 0. */
function vertex(entry: RegistryEntry, options: Options, x: readonly number[]): number[] {
  const y = x.map(() => 0);
  const most = entry.domain === "capped" ? Math.min(ownValue(entry, options), 1) : 1;
  let left = entry.domain === "budget" ? ownValue(entry, options) : 1;
  for (const i of x.map((_, at) => at).sort((a, b) => x[b]! - x[a]!)) {
    if (entry.domain === "budget" && x[i]! <= 0) break;
    y[i] = Math.min(left, most);
    left -= y[i]!;
  }
  return y;
}

/** The point of the domain of least Omega: the limit of the weights as gamma grows. */
function centre(entry: RegistryEntry, options: Options, x: readonly number[]): number[] {
  if (entry.domain === "budget") return x.map(() => 0);
  const kept = entry.domain === "face" ? Math.min(ownValue(entry, options), x.length) : x.length;
  const last = x.toSorted((a, b) => b - a)[kept - 1]!;
  return x.map((score) => (score >= last ? 1 / kept : 0));
}

const limits: Law = {
  name: "limits: gamma to 0 finds the best vertex, gamma to infinity the least Omega",
  check: (entry, backend) => {
    for (const n of [2, 5, 16]) {
      // No two alike: the best vertex is one.
      const x = onGrid(normals(n, n), 2 ** -5).map((score, i) => score + i / 1024);
      for (const options of optionsOf(entry, n)) {
        const at = `n ${n}, ${JSON.stringify(options)}`;
        const cold = entry.mapping(backend.array(x), { ...options, gamma: 1e-9 });
        expectNear(`gamma to 0, ${at}`, cold, vertex(entry, options, x), 1e-5);
        const hot = entry.mapping(backend.array(x), { ...options, gamma: 1e9 });
        expectNear(`gamma to infinity, ${at}`, hot, centre(entry, options, x), 1e-5);
      }
    }
  },
};

const long: Law = {
  name: "10,000 entries, spread, flat and tied",
  check: (entry, backend) => {
    const n = 10_000;
    const options = entry.optionsFor?.(n) ?? {};
    // Without a kernel both backends run the same code.
    const again = backend.name === "float32" && !entry.kernel;
    for (const kind of again ? ["normal"] : ["normal", "ties", "tiny", "plateaus", "equal"]) {
      const scores = backend.array(rowKinds[kind]!(n, 3));
      const weights = entry.mapping(scores, options);
      expectFeasible(entry, options, weights, backend);
      const double = entry.mapping(Float64Array.from(scores), options);
      expect(farthest(weights, double), `${kind}: distance from the float64 code`).toBeLessThanOrEqual(backend.weight);
      expect(entry.mapping.gap(scores, weights, options)[0], `${kind}: gap`).toBeLessThanOrEqual(backend.gap);
    }
  },
};

export const lawsOfWeights: readonly Law[] = [
  feasible,
  sameInFloat64,
  shift,
  symmetry,
  monotone,
  removed,
  emptyRow,
  limits,
  long,
];
