/** Laws of every mapping, over the registry and both backends. */
import { describe, expect, test } from "vitest";
import { backends, dot, farthest, type Backend } from "./support/backends.ts";
import { entries, everyRow, optionsOf, sumOf, type Options } from "./support/every-row.ts";
import { normals, onGrid, rowKinds, uniform } from "./support/rows-of-scores.ts";

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
          const samples = parameter.samplesFor(n);
          own[parameter.name] = Array.from({ length: rows }, (_, r) => samples[r % samples.length]!);
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
          expect(String(error)).toMatch(/a later vjp into the same out overwrote its residuals/);
        }
      }
    });
  });
});
