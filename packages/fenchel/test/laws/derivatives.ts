/** Laws of the derivatives: the Jacobian's structure, finite differences, batches, and how long a pullback is valid. */
import { expect } from "vitest";
import type { RegistryEntry } from "../../src/index.ts";
import { runs } from "../../../../testing/property.ts";
import { dot, type Backend } from "../support/backends.ts";
import { onRows, type Law } from "../support/cases.ts";
import { optionsOf, sumOf, type Options } from "../support/every-row.ts";
import { expectClose, expectNear } from "../support/expect.ts";
import { normals } from "../support/rows-of-scores.ts";

type Gradients = Readonly<Record<string, number | ArrayLike<number>>> & { readonly scores: ArrayLike<number> };

/** The gradients of <u, weights>, by name. */
function gradientsOf(entry: RegistryEntry, scores: Float32Array | Float64Array, options: Options, u: number[]) {
  return entry.mapping.vjp(scores, options).pullback(u) as unknown as Gradients;
}

const most = (values: ArrayLike<number>) => Math.max(0, ...Array.from(values, Math.abs));

const jacobian: Law = {
  name: "its Jacobian is symmetric, positive semidefinite, and serves both directions",
  check: (entry, backend) =>
    onRows(entry, 100, ({ x, n, options, seed }) => {
      const scores = backend.array(x);
      const u = normals(n, seed + 11);
      const v = normals(n, seed + 13);
      const pulled = gradientsOf(entry, scores, options, u).scores;
      const { pushforward } = entry.mapping.jvp(scores, options);
      const tolerance = backend.gradient * (1 + most(pulled) * n);
      const ofU = dot(Array.from(pulled), v);
      expectClose("<J v, u> against <J u, v>", dot(pushforward(v), u), ofU, tolerance);
      expectClose("pushforward against pullback", dot(pushforward(u), v), ofU, tolerance);
      expect(dot(Array.from(pulled), u), "<J u, u>").toBeGreaterThanOrEqual(-tolerance);
    }),
};

const constants: Law = {
  name: "its Jacobian is blind to constants",
  leftOut: ({ shiftInvariant }) => (shiftInvariant ? undefined : "a constant added to all scores changes the weights"),
  check: (entry, backend) =>
    onRows(entry, 100, ({ x, n, options, seed }) => {
      const scores = backend.array(x);
      const pulled = gradientsOf(entry, scores, options, normals(n, seed)).scores;
      const tolerance = backend.gradient * (1 + most(pulled) * n);
      expectClose("sum of the gradient", sumOf(pulled), 0, tolerance);
      const flat = entry.mapping.jvp(scores, options).pushforward(x.map(() => 1));
      expect(most(flat), "J 1").toBeLessThanOrEqual(tolerance);
    }),
};

/** The face on which the weights lie: weights that are 0, that are at an upper bound, and groups. */
function faceOf(entry: RegistryEntry, scores: number[], options: Options): string {
  const most = entry.domain === "capped" ? Number(options[entry.parameter!.name]) : 1;
  const face = Array.from(entry.mapping(scores, options), (weight) => (weight >= most ? 2 : Number(weight > 0)));
  return `${face.join()};${Array.from(entry.mapping.groups?.(scores, options) ?? []).join()}`;
}

const differences: Law = {
  name: "gradients in scores, gamma and the own hyper-parameter equal finite differences away from kinks",
  check: (entry, backend) => {
    const { mapping, parameter } = entry;
    const h = 1e-6;
    let checked = 0;
    for (let seed = 1; seed <= runs(25); seed++) {
      const n = 2 + (seed % 9);
      for (const own of optionsOf(entry, n)) {
        const options: Options = { ...own, gamma: [0.5, 1, 2][seed % 3]! };
        // Float32 scores exactly: what is tested is the derivative, not their rounding.
        const x = Array.from(Float32Array.from(normals(n, 100 + seed)));
        const u = Array.from(Float32Array.from(normals(n, 200 + seed)));
        const value = (scores: number[], at: Options) => dot(mapping(scores, at), u);
        const difference = (up: [number[], Options], down: [number[], Options]) =>
          faceOf(entry, ...up) === faceOf(entry, ...down) ? (value(...up) - value(...down)) / (2 * h) : undefined;
        const gradients = gradientsOf(entry, backend.array(x), options, u);
        const wanted: [string, number, number | undefined][] = x.map((score, i) => [
          `scores[${i}]`,
          gradients.scores[i]!,
          difference([x.with(i, score + h), options], [x.with(i, score - h), options]),
        ]);
        const names = ["gamma"];
        if (parameter?.differentiable === true && Number(own[parameter.name]) - h > parameter.least) {
          names.push(parameter.name);
        }
        for (const name of names) {
          const moved = (by: number): [number[], Options] => [x, { ...options, [name]: Number(options[name]) + by }];
          wanted.push([name, Number(gradients[name]), difference(moved(h), moved(-h))]);
        }
        for (const [what, got, right] of wanted) {
          if (right === undefined) continue;
          const tolerance = Math.max(2e-6, 20 * backend.gradient) * (1 + Math.abs(right));
          expectClose(`gradient in ${what}, ${JSON.stringify(options)}, seed ${seed}`, got, right, tolerance);
          checked += 1;
        }
      }
    }
    expect(checked, "derivatives compared").toBeGreaterThan(runs(60));
  },
};

const axes: Law = {
  name: "any axis, and hyper-parameters one per row, equal row by row",
  check: (entry, backend) => {
    const { mapping, parameter } = entry;
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
      if (parameter !== null) {
        const samples = parameter.samplesFor(n);
        own[parameter.name] = gamma.map((_, r) => samples[r % samples.length]!);
      }
      const whole = mapping.vjp(backend.array(x), { ...needed, ...own, shape, axis, gamma });
      const gradients = whole.pullback(u) as unknown as Readonly<Record<string, ArrayLike<number>>>;
      for (let r = 0; r < rows; r++) {
        const start = Math.floor(r / inner) * n * inner + (r % inner);
        const pick = (values: ArrayLike<number>) => Array.from({ length: n }, (_, k) => values[start + k * inner]!);
        const options: Options = { ...needed, gamma: gamma[r] };
        if (parameter !== null) options[parameter.name] = (own[parameter.name] as number[])[r];
        const alone = mapping.vjp(backend.array(pick(x)), options);
        const wanted = alone.pullback(pick(u)) as unknown as Gradients;
        const at = `axis ${axis}, row ${r}`;
        expectNear(`weights, ${at}`, pick(whole.weights), alone.weights, backend.weight);
        expectNear(`gradient, ${at}`, pick(gradients["scores"]!), wanted.scores, 10 * backend.gradient);
        for (const [name, value] of Object.entries(wanted)) {
          if (name === "scores") continue;
          expectClose(`gradient in ${name}, ${at}`, gradients[name]![r]!, Number(value), 5e-4);
        }
      }
    }
  },
};

/** `rows` calls of one row each, whose scores, cotangents and right gradients are known. */
function callsOf(entry: RegistryEntry, backend: Backend, n: number, seeds: readonly number[]) {
  const options = entry.optionsFor?.(n) ?? {};
  return seeds.map((seed) => {
    const x = backend.array(normals(n, seed));
    const u = normals(n, 100 + seed);
    return { x, u, options, wanted: Array.from(gradientsOf(entry, x.slice(), options, u).scores) };
  });
}

const outlives: Law = {
  name: "the pullback outlives the weights: out and the scores may be reused",
  check: (entry, backend) => {
    const [call] = callsOf(entry, backend, 6, [1]);
    const { x, u, options, wanted } = call!;
    const out = backend.array(u.map(() => 9));
    const { weights, pullback } = entry.mapping.vjp(x, { ...options, out });
    expect(weights).toBe(out);
    x.fill(0);
    out.fill(0);
    expect(Array.from(pullback(u).scores), "gradient").toEqual(wanted);
    expect(Array.from(pullback(u).scores), "gradient again").toEqual(wanted);
  },
};

const oneOut: Law = {
  name: "calls into one out keep their own pullbacks, right or refused but never wrong",
  check: (entry, backend) => {
    const calls = callsOf(entry, backend, 6, [1, 2, 3]);
    const out = backend.array(normals(6, 0));
    const call = (i: number) => entry.mapping.vjp(calls[i]!.x, { ...calls[i]!.options, out }).pullback;
    const [first, second] = [call(0), call(1)];
    expect(Array.from(second(calls[1]!.u).scores), "second").toEqual(calls[1]!.wanted);
    expect(Array.from(first(calls[0]!.u).scores), "first").toEqual(calls[0]!.wanted);
    const third = call(2);
    const gradient = backend.array(normals(6, 9));
    const { u } = calls[2]!;
    expect(third(u, { out: gradient, hyperParameters: false }), "third, scores alone").toEqual({ scores: gradient });
    expect(third(u, { out: gradient }).scores).toBe(gradient);
    expect(Array.from(gradient), "third").toEqual(calls[2]!.wanted);
    for (const [i, pullback] of [first, second].entries()) {
      try {
        expect(Array.from(pullback(calls[i]!.u).scores), `pullback ${i} again`).toEqual(calls[i]!.wanted);
      } catch (error) {
        expect(String(error)).toMatch(/a later vjp into the same out overwrote its residuals/);
      }
    }
  },
};

export const lawsOfDerivatives: readonly Law[] = [jacobian, constants, differences, axes, outlives, oneOut];
