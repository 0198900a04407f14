/** Laws of every mapping, over the registry and both backends. */
import { describe, expect, test } from "vitest";
import { registry, sparsemax, type RegistryEntry } from "../src/index.ts";
import { backends, dot, exact, farthest, type Backend } from "./support/backends.ts";
import { regularizedEntries } from "./support/regularizers.ts";
import { normals, onGrid, rowKinds, uniform } from "./support/rows-of-scores.ts";

type Options = Record<string, unknown>;

/** The options under which a mapping is tested: its own hyper-parameter's samples, and what it needs for n entries. */
function optionsOf(entry: RegistryEntry, n: number): Options[] {
  const needed = entry.optionsFor?.(n) ?? {};
  const { parameter } = entry;
  if (parameter === null) return [needed];
  return parameter.samples.map((value) => ({ ...needed, [parameter.name]: value }));
}

const lengths = [1, 2, 3, 7, 20, 64];

/** The registry, and mappings that `regularized` makes of an Omega. */
const entries = [...registry, ...regularizedEntries];

/** Calls `check` with every kind and length of row and every setting of the mapping. */
function everyRow(
  entry: RegistryEntry,
  check: (x: number[], options: Options, label: string, seed: number) => void,
): void {
  let seed = 1;
  for (const [kind, make] of Object.entries(rowKinds)) {
    for (const n of lengths) {
      for (const options of optionsOf(entry, n)) {
        seed += 1;
        check(make(n, seed), options, `${entry.name} ${JSON.stringify(options)} on ${kind} ${n} (seed ${seed})`, seed);
      }
    }
  }
}

const sumOf = (a: ArrayLike<number>) => Array.from(a).reduce((sum, value) => sum + value, 0);

describe.each(backends)("laws, $name", (backend: Backend) => {
  describe.each(entries)("$name", (entry) => {
    const { mapping } = entry;
    const onSimplex = entry.domain !== "budget";

    test("weights lie in the feasible set and are optimal by certificate", () => {
      everyRow(entry, (x, options, label) => {
        for (const gamma of [0.01, 1, 50]) {
          const scores = backend.array(x);
          const weights = mapping(scores, { ...options, gamma });
          for (const weight of weights) expect(weight >= 0 && weight <= 1 + backend.weight, label).toBe(true);
          if (onSimplex) expect(Math.abs(sumOf(weights) - 1), label).toBeLessThanOrEqual(backend.sum(x.length));
          const [gap] = mapping.gap(scores, weights, { ...options, gamma });
          const scale = gamma + Math.max(...x) - Math.min(...x);
          expect(gap, `${label} gamma ${gamma}`).toBeLessThanOrEqual(backend.gap * scale);
        }
      });
    });

    test("equals the float64 code on the same scores", () => {
      everyRow(entry, (x, options, label) => {
        const scores = backend.array(x);
        const weights = mapping(scores, options);
        const wanted = mapping(Float64Array.from(scores), options);
        expect(farthest(weights, wanted), label).toBeLessThanOrEqual(backend.weight);
        for (let i = 0; i < x.length; i++) if (wanted[i]! > 1e-6) expect(weights[i], label).toBeGreaterThan(0);
      });
    });

    test.runIf(entry.shiftInvariant)("a common offset changes nothing, and adds itself to max", () => {
      everyRow(entry, (row, options, label) => {
        const x = onGrid(row, backend.grid);
        const shifted = x.map((score) => score + backend.offset);
        const weights = mapping(backend.array(x), options);
        const weightsShifted = mapping(backend.array(shifted), options);
        expect(farthest(weights, weightsShifted), label).toBeLessThanOrEqual(backend.weight);
        const rise = mapping.max(backend.array(shifted), options)[0]! - mapping.max(backend.array(x), options)[0]!;
        expect(Math.abs(rise - backend.offset), label).toBeLessThanOrEqual(1e-6);
      });
    });

    test.runIf(entry.symmetry !== "none")("follows its symmetry", () => {
      everyRow(entry, (x, options, label, seed) => {
        const order = x.map((_, i) => i).reverse();
        if (entry.symmetry === "permutation") {
          const next = uniform(seed);
          const keys = x.map(() => next());
          order.sort((a, b) => keys[a]! - keys[b]!);
        }
        const weights = mapping(backend.array(x), options);
        const moved = mapping(backend.array(order.map((i) => x[i]!)), options);
        // Which of several equal scores is kept is a convention where a mapping keeps a fixed number.
        const sorted = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => a - b);
        if (new Set(x).size < x.length && entry.domain === "face") {
          expect(farthest(sorted(moved), sorted(weights)), label).toBeLessThanOrEqual(backend.weight);
        } else {
          expect(
            farthest(
              moved,
              order.map((i) => weights[i]!),
            ),
            label,
          ).toBeLessThanOrEqual(backend.weight);
        }
      });
    });

    test("is a monotone operator", () => {
      everyRow(entry, (x, options, label, seed) => {
        const other = normals(x.length, seed + 7).map((step, i) => x[i]! + step);
        const y = mapping(backend.array(x), options);
        const z = mapping(backend.array(other), options);
        let product = 0;
        let distance = 0;
        for (let i = 0; i < x.length; i++) {
          product += (y[i]! - z[i]!) * (x[i]! - other[i]!);
          distance += (y[i]! - z[i]!) ** 2;
        }
        const modulus = entry.euclideanModulus ?? 0;
        expect(product - modulus * distance, label).toBeGreaterThanOrEqual(-50 * backend.weight);
      });
    });

    test("its Jacobian is symmetric, positive semidefinite, blind to constants, and serves both directions", () => {
      everyRow(entry, (x, options, label, seed) => {
        const scores = backend.array(x);
        const u = normals(x.length, seed + 11);
        const v = normals(x.length, seed + 13);
        const { pullback } = mapping.vjp(scores, options);
        const { pushforward } = mapping.jvp(scores, options);
        const pulled = pullback(u).scores;
        const size = 1 + Math.max(...Array.from(pulled, Math.abs)) * x.length;
        const tolerance = backend.gradient * size;
        expect(Math.abs(dot(pushforward(v), u) - dot(pulled, v)), label).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(dot(pushforward(u), v) - dot(pulled, v)), label).toBeLessThanOrEqual(tolerance);
        expect(dot(pulled, u), label).toBeGreaterThanOrEqual(-tolerance);
        if (entry.shiftInvariant) {
          expect(Math.abs(sumOf(pulled)), label).toBeLessThanOrEqual(tolerance);
          const flat = pushforward(x.map(() => 1));
          expect(Math.max(...Array.from(flat, Math.abs)), label).toBeLessThanOrEqual(tolerance);
        }
      });
    });

    test("masked, beyond the length and -Infinity all equal removed", () => {
      everyRow(entry, (row, options, label, seed) => {
        if (entry.optionsFor !== undefined || row.length < 3) return;
        const next = uniform(seed);
        const x = onGrid(row, backend.grid / 16);
        const mask = x.map(() => (next() < 0.6 ? 1 : 0));
        mask[seed % x.length] = 1;
        const kept = x.filter((_, i) => mask[i] === 1);
        const cotangent = normals(x.length, seed);
        const alone = mapping.vjp(backend.array(kept), options);
        const aloneGradient = alone.pullback(cotangent.filter((_, i) => mask[i] === 1));
        const check = (scores: Float32Array | Float64Array, more: Options, what: string) => {
          const masked = mapping.vjp(scores, { ...options, ...more });
          const gradient = masked.pullback(cotangent);
          const on = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => mask[i] === 1);
          const off = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => mask[i] !== 1);
          expect(farthest(on(masked.weights), alone.weights), `${what} ${label}`).toBeLessThanOrEqual(backend.weight);
          expect(
            off(masked.weights).every((weight) => weight === 0),
            label,
          ).toBe(true);
          const scale = 1 + Math.max(...Array.from(aloneGradient.scores, Math.abs));
          expect(farthest(on(gradient.scores), aloneGradient.scores), `${what} ${label}`).toBeLessThanOrEqual(
            backend.gradient * scale,
          );
          expect(
            off(gradient.scores).every((value) => value === 0),
            label,
          ).toBe(true);
          const name = entry.parameter?.name;
          for (const key of name === undefined || entry.parameter?.differentiable === false
            ? ["gamma"]
            : ["gamma", name]) {
            const got = Number((gradient as unknown as Options)[key]);
            const wanted = Number((aloneGradient as unknown as Options)[key]);
            expect(Math.abs(got - wanted), `${what} ${key} ${label}`).toBeLessThanOrEqual(
              20 * backend.gradient * (scale + Math.abs(wanted)) * x.length,
            );
          }
          expect(mapping.max(scores, { ...options, ...more })[0], label).toBeCloseTo(
            mapping.max(backend.array(kept), options)[0]!,
            8,
          );
        };
        check(backend.array(x), { mask }, "mask");
        check(backend.array(x.map((score, i) => (mask[i] === 1 ? score : NaN))), { mask }, "mask over NaN");
        check(backend.array(x.map((score, i) => (mask[i] === 1 ? score : -Infinity))), {}, "-Infinity");
        const prefix = Math.ceil(x.length / 2);
        mask.fill(0).fill(1, 0, prefix);
        const short = mapping(backend.array(x), { ...options, lengths: [prefix] });
        const cut = mapping(backend.array(x.slice(0, prefix)), options);
        expect(farthest(short.slice(0, prefix), cut), `lengths ${label}`).toBeLessThanOrEqual(backend.weight);
        expect(short.slice(prefix).every((weight) => weight === 0)).toBe(true);
      });
    });

    test("a row with nothing left gives zeros, a zero gradient, max -Infinity, loss and gap 0", () => {
      const n = 4;
      const needed = entry.optionsFor?.(n) ?? {};
      const scores = backend.array([-Infinity, -Infinity, -Infinity, -Infinity, 1, 2, 3, 4]);
      const options = { ...needed, shape: [2, n], lengths: [n, 0] };
      const { weights, pullback } = mapping.vjp(scores, options);
      expect(Array.from(weights)).toEqual(Array.from({ length: 8 }, () => 0));
      const gradient = pullback(scores.map(() => 1));
      expect(Array.from(gradient.scores)).toEqual(Array.from({ length: 8 }, () => 0));
      expect(gradient.gamma).toBe(0);
      expect(Array.from(mapping.max(scores, options))).toEqual([-Infinity, -Infinity]);
      expect(Array.from(mapping.loss(scores, [0, 1], options).loss)).toEqual([0, 0]);
      expect(Array.from(mapping.gap(scores, weights, options))).toEqual([0, 0]);
    });

    test("any axis, and hyper-parameters one a row, equal row by row", () => {
      const shape = [3, 4, 5];
      const x = normals(60, 5);
      const u = normals(60, 6);
      for (const axis of [0, 1, 2, -1]) {
        const n = shape.at(axis)!;
        const inner = shape.slice(axis < 0 ? axis + 3 + 1 : axis + 1).reduce((a, b) => a * b, 1);
        const rows = 60 / n;
        const needed = entry.optionsFor?.(n) ?? {};
        const gamma = Array.from({ length: rows }, (_, r) => 0.5 + r / 7);
        const own: Options = {};
        const { parameter } = entry;
        if (parameter !== null) {
          own[parameter.name] = Array.from(
            { length: rows },
            (_, r) => parameter.samples[r % parameter.samples.length]!,
          );
        }
        const whole = mapping.vjp(backend.array(x), { ...needed, ...own, shape, axis, gamma });
        const wholeGradient = whole.pullback(u) as unknown as Record<string, ArrayLike<number>>;
        for (let r = 0; r < rows; r++) {
          const start = Math.floor(r / inner) * n * inner + (r % inner);
          const pick = (values: ArrayLike<number>) => Array.from({ length: n }, (_, k) => values[start + k * inner]!);
          const options: Options = { ...needed, gamma: gamma[r] };
          if (parameter !== null) options[parameter.name] = (own[parameter.name] as number[])[r];
          const single = mapping.vjp(backend.array(pick(x)), options);
          const gradient = single.pullback(pick(u)) as unknown as Record<string, ArrayLike<number>>;
          expect(farthest(pick(whole.weights), single.weights)).toBeLessThanOrEqual(backend.weight);
          expect(farthest(pick(wholeGradient["scores"]!), gradient["scores"]!)).toBeLessThanOrEqual(
            10 * backend.gradient,
          );
          expect(wholeGradient["gamma"]![r]).toBeCloseTo(Number(gradient["gamma"]), 4);
          if (parameter !== null && parameter.differentiable !== false) {
            expect(wholeGradient[parameter.name]![r]).toBeCloseTo(Number(gradient[parameter.name]), 3);
          }
        }
      }
    });

    test("limits: gamma to 0 finds the best score, gamma to infinity spreads evenly", () => {
      for (const n of [2, 5, 16]) {
        const x = onGrid(normals(n, n), 2 ** -6);
        const best = x.indexOf(Math.max(...x));
        for (const options of optionsOf(entry, n)) {
          if (!onSimplex || entry.parameter?.differentiable === false) continue;
          const cold = mapping(backend.array(x), { ...options, gamma: 1e-9 });
          expect(cold[best], JSON.stringify(options)).toBeCloseTo(1, 5);
          const hot = mapping(backend.array(x), { ...options, gamma: 1e9 });
          expect(
            farthest(
              hot,
              Array.from({ length: n }, () => 1 / n),
            ),
            JSON.stringify(options),
          ).toBeLessThan(1e-5);
        }
      }
    });

    test("10,000 entries, spread, flat and tied", () => {
      const n = 10_000;
      const needed = entry.optionsFor?.(n) ?? {};
      for (const kind of ["normal", "ties", "tiny", "plateaus", "equal"]) {
        const scores = backend.array(rowKinds[kind]!(n, 3));
        const weights = mapping(scores, needed);
        if (onSimplex) expect(Math.abs(sumOf(weights) - 1), kind).toBeLessThanOrEqual(backend.sum(n));
        expect(farthest(weights, mapping(Float64Array.from(scores), needed)), kind).toBeLessThanOrEqual(backend.weight);
        expect(mapping.gap(scores, weights, needed)[0], kind).toBeLessThanOrEqual(backend.gap);
      }
    });

    test("the pullback outlives the weights: out and the scores may be reused", () => {
      const n = 6;
      const options = entry.optionsFor?.(n) ?? {};
      const x = normals(n, 1);
      const u = normals(n, 2);
      const wanted = mapping.vjp(backend.array(x), options).pullback(u);
      const scores = backend.array(x);
      const out = backend.array(x.map(() => 9));
      const { weights, pullback } = mapping.vjp(scores, { ...options, out });
      expect(weights).toBe(out);
      scores.fill(0);
      out.fill(0);
      expect(Array.from(pullback(u).scores)).toEqual(Array.from(wanted.scores));
      expect(Array.from(pullback(u).scores)).toEqual(Array.from(wanted.scores));
    });

    test("calls into one out keep their own pullbacks, right or refused but never wrong", () => {
      const n = 6;
      const needed = entry.optionsFor?.(n) ?? {};
      const out = backend.array(normals(n, 0));
      const options = { ...needed, out };
      const u = normals(n, 2);
      const scores = [1, 2, 3].map((seed) => backend.array(normals(n, seed)));
      const wanted = scores.map((x) => Array.from(mapping.vjp(x, needed).pullback(u).scores));
      const [first, second] = [mapping.vjp(scores[0]!, options), mapping.vjp(scores[1]!, options)];
      expect(Array.from(second.pullback(u).scores)).toEqual(wanted[1]);
      expect(Array.from(first.pullback(u).scores)).toEqual(wanted[0]);
      const gradient = backend.array(normals(n, 9));
      const third = mapping.vjp(scores[2]!, options);
      expect(third.pullback(u, { out: gradient, hyperParameters: false })).toEqual({ scores: gradient });
      expect(third.pullback(u, { out: gradient }).scores).toBe(gradient);
      expect(Array.from(gradient)).toEqual(wanted[2]);
      for (const [at, { pullback }] of [first, second].entries()) {
        try {
          expect(Array.from(pullback(u).scores)).toEqual(wanted[at]);
        } catch (error) {
          expect(String(error)).toMatch(/the memory of this pullback went to a later vjp with the same out/);
        }
      }
    });
  });
});

describe.each(entries)("values of $name", (entry) => {
  const { mapping } = entry;

  test("its certificate and its loss bound the suboptimality of any weights", () => {
    everyRow(entry, (x, options, label, seed) => {
      const next = uniform(seed);
      const own = mapping(exact.array(x), options);
      const raw = x.map((_, i) => (own[i]! > 0 || entry.domain === "simplex" ? -Math.log(1 - next()) : 0));
      // Feasible: summing to 1, or within the least budget tested; a single number would be read as a class.
      if (entry.domain === "budget" && x.length === 1) return;
      const total = entry.domain === "budget" ? 2 * sumOf(raw) + 1e-300 : sumOf(raw);
      const y = raw.map((value) => value / total);
      const { loss, gradient } = mapping.loss(exact.array(x), x.length === 1 ? [1] : y, options);
      const [gap] = mapping.gap(exact.array(x), y, options);
      const scale = 1 + Math.max(...x.map(Math.abs));
      expect(loss[0], label).toBeGreaterThanOrEqual(0);
      expect(gap, label).toBeGreaterThanOrEqual(loss[0]! - 1e-9 * scale);
      if (x.length > 1)
        expect(
          farthest(
            gradient,
            own.map((weight, i) => weight - y[i]!),
          ),
        ).toBeLessThan(1e-12);
      const self = mapping.loss(exact.array(x), x.length === 1 ? [1] : own, options);
      expect(self.loss[0], label).toBeLessThan(1e-9 * scale);
    });
  });

  test("the weights are the gradient of max, and max is convex", () => {
    for (const n of [2, 5, 12]) {
      for (const options of optionsOf(entry, n)) {
        const x = normals(n, n + 40);
        const weights = mapping(x, options);
        const h = 1e-6;
        for (let i = 0; i < n; i++) {
          const up = mapping.max(x.with(i, x[i]! + h), options)[0]!;
          const down = mapping.max(x.with(i, x[i]! - h), options)[0]!;
          expect(Math.abs((up - down) / (2 * h) - weights[i]!), JSON.stringify(options)).toBeLessThan(2e-6);
        }
        const other = normals(n, n + 41);
        const middle = x.map((score, i) => (score + other[i]!) / 2);
        const chord = (mapping.max(x, options)[0]! + mapping.max(other, options)[0]!) / 2;
        expect(mapping.max(middle, options)[0]!).toBeLessThanOrEqual(chord + 1e-12);
      }
    }
  });

  test("gradients in scores, gamma and the own hyper-parameter equal finite differences away from kinks", () => {
    let checked = 0;
    const h = 1e-6;
    for (let seed = 1; seed <= 40; seed++) {
      const n = 2 + (seed % 9);
      for (const own of optionsOf(entry, n)) {
        const gamma = [0.5, 1, 2][seed % 3]!;
        const options: Options = { ...own, gamma };
        const x = normals(n, 100 + seed);
        const u = normals(n, 200 + seed);
        const shapeOf = (scores: number[], at: Options) => {
          const weights = mapping(scores, at);
          const bounded = entry.domain === "budget";
          const support = Array.from(weights, (weight) => (bounded && weight >= 1 ? 2 : Number(weight > 0))).join();
          return support + Array.from(mapping.groups?.(scores, at) ?? []).join();
        };
        const value = (scores: number[], at: Options) => dot(mapping(scores, at), u);
        const difference = (up: [number[], Options], down: [number[], Options]) => {
          if (shapeOf(...up) !== shapeOf(...down)) return undefined;
          return (value(...up) - value(...down)) / (2 * h);
        };
        const gradients = mapping.vjp(x, options).pullback(u) as unknown as Record<string, number | number[]>;
        const expected: [number, number | undefined, string][] = x.map((score, i) => [
          (gradients["scores"] as number[])[i]!,
          difference([x.with(i, score + h), options], [x.with(i, score - h), options]),
          `scores[${i}]`,
        ]);
        const named = [["gamma", gamma] as const];
        const { parameter } = entry;
        if (
          parameter !== null &&
          parameter.differentiable !== false &&
          Number(own[parameter.name]) - h > parameter.least
        ) {
          named.push([parameter.name as "gamma", Number(own[parameter.name])]);
        }
        for (const [name, at] of named) {
          const up = { ...options, [name]: at + h };
          const down = { ...options, [name]: at - h };
          expected.push([Number(gradients[name]), difference([x, up], [x, down]), name]);
        }
        for (const [got, wanted, what] of expected) {
          if (wanted === undefined) continue;
          const label = `${what} ${JSON.stringify(options)} seed ${seed}`;
          expect(Math.abs(got - wanted) / (1 + Math.abs(wanted)), label).toBeLessThan(2e-6);
          checked += 1;
        }
      }
    }
    expect(checked).toBeGreaterThan(100);
  });
});

describe("structured mappings", () => {
  const fused = registry.filter(({ parameter }) => parameter?.name === "lambda");

  test.each(fused)("$name at lambda 0 is sparsemax, and uniform for a large lambda", (entry) => {
    for (const n of [1, 2, 5, 9, 30]) {
      const x = normals(n, n + 3);
      const needed = entry.optionsFor?.(n) ?? {};
      expect(farthest(entry.mapping(x, { ...needed, lambda: 0 }), sparsemax(x))).toBeLessThan(1e-14);
      const even = Array.from({ length: n }, () => 1 / n);
      expect(farthest(entry.mapping(x, { ...needed, lambda: 1e3 }), even)).toBeLessThan(1e-12);
    }
  });

  test.each(fused)("$name: gamma J is a projector whose trace is the number of groups less one", (entry) => {
    for (let seed = 1; seed <= 20; seed++) {
      const n = 9;
      const x = normals(n, seed);
      const options = { ...entry.optionsFor?.(n), lambda: 0.1, gamma: 2 };
      const { pushforward } = entry.mapping.jvp(x, options);
      const columns = x.map((_, i) => pushforward(x.map((__, j) => Number(i === j))).map((value) => 2 * value));
      const twice = columns.map((column) => pushforward(column).map((value) => 2 * value));
      expect(Math.max(...columns.map((column, i) => farthest(column, twice[i]!)))).toBeLessThan(1e-12);
      const trace = sumOf(columns.map((column, i) => column[i]!));
      const groups = new Set(Array.from(entry.mapping.groups!(x, options)).filter((id) => id >= 0));
      expect(trace).toBeCloseTo(groups.size - 1, 10);
    }
  });
});
