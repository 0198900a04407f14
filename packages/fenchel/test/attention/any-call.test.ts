/** Attention with any options against a plain evaluation of its definition, row by row. */
import { expect, test } from "vitest";
import { attention, registry, type AttentionOptions } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { cases, fc, propertyTimeout } from "../support/property.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

type Arrays = Record<"q" | "k" | "v" | "bias", number[]>;

const calls = fc.record({
  entry: fc.constantFrom(...registry),
  seed: fc.nat(1e6),
  batch: fc.integer({ min: 1, max: 3 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 2 }),
  queries: fc.integer({ min: 1, max: 4 }),
  keys: fc.integer({ min: 1, max: 6 }),
  sameLength: fc.boolean(),
  features: fc.integer({ min: 1, max: 3 }),
  valueFeatures: fc.integer({ min: 1, max: 3 }),
  scale: fc.constantFrom(undefined, 1, -0.5),
  /** Axes of the mask and the bias that are there; the others repeat. */
  mask: fc.option(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()), { nil: undefined }),
  bias: fc.option(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()), { nil: undefined }),
  padding: fc.boolean(),
  lengths: fc.boolean(),
  queryLengths: fc.boolean(),
  causal: fc.constantFrom(undefined, false, true, "start", "end"),
  dropout: fc.constantFrom(undefined, 0, 0.4),
  gamma: fc.constantFrom("default", "one", "per head", "per row"),
  own: fc.constantFrom("default", "one", "per head", "per row"),
  kind: fc.constantFrom("list", "float64", "float32"),
});

type Call = typeof calls extends fc.Arbitrary<infer C> ? C : never;

/** A call's sizes, options and arrays. */
function prepare(c: Call) {
  const heads = c.keyHeads * c.group;
  const keys = c.sameLength ? c.queries : c.keys;
  const full = [c.batch, heads, c.queries, keys] as const;
  const next = uniform(c.seed);
  const pick = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)]!;
  const list = (size: number, draw: () => number) => Array.from({ length: size }, draw);
  const shapeOf = (axes: readonly boolean[]) => full.map((size, axis) => (axes[axis] === true ? size : 1));
  const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const rows = c.batch * heads * c.queries;
  const hyper = (form: string, values: readonly number[]) =>
    form === "one" ? pick(values) : list(form === "per head" ? heads : rows, () => pick(values));
  const { parameter } = c.entry;
  const mappingOptions: Record<string, unknown> = { ...c.entry.optionsFor?.(keys) };
  if (c.gamma !== "default") mappingOptions["gamma"] = hyper(c.gamma, [0.3, 1, 2.5]);
  if (parameter !== null && c.own !== "default") mappingOptions[parameter.name] = hyper(c.own, parameter.samplesFor(1));
  const maskShape = c.mask && shapeOf(c.mask);
  const biasShape = c.bias && shapeOf(c.bias);
  const options = {
    features: c.features,
    batch: c.batch,
    heads,
    keyHeads: c.keyHeads,
    valueFeatures: c.valueFeatures,
    scale: c.scale,
    causal: c.causal as AttentionOptions["causal"],
    dropout: c.dropout,
    seed: c.seed,
    mapping: c.entry.mapping,
    mappingOptions,
    ...(maskShape && { mask: list(sizeOf(maskShape), () => Number(next() > 0.3)), maskShape }),
    ...(c.padding && { keyPaddingMask: list(c.batch * keys, () => Number(next() > 0.25)) }),
    ...(c.lengths && { lengths: list(c.batch, () => Math.floor(next() * (keys + 1))) }),
    ...(c.queryLengths && { queryLengths: list(c.batch, () => Math.floor(next() * (c.queries + 1))) }),
    ...(biasShape && { biasShape }),
  };
  const arrays: Arrays = {
    q: normals(sizeOf([c.batch, heads, c.queries, c.features]), c.seed + 1),
    k: normals(sizeOf([c.batch, c.keyHeads, keys, c.features]), c.seed + 2),
    v: normals(sizeOf([c.batch, c.keyHeads, keys, c.valueFeatures]), c.seed + 3),
    bias: biasShape === undefined ? [] : normals(sizeOf(biasShape), c.seed + 4).map((x) => (x < -1.5 ? -Infinity : x)),
  };
  return { heads, keys, rows, options, arrays, mappingOptions };
}

/** Weights and context by the definition. */
function byDefinition(c: Call, arrays: Arrays) {
  const { heads, keys, options, mappingOptions } = prepare(c);
  const scale = options.scale ?? 1 / Math.sqrt(c.features);
  const weights: number[] = [];
  const context: number[] = [];
  const at = (shape: readonly number[], place: readonly number[]) =>
    place.reduce((index, i, axis) => index * shape[axis]! + (shape[axis] === 1 ? 0 : i), 0);
  for (let b = 0; b < c.batch; b++) {
    const validKeys = options.lengths?.[b] ?? keys;
    const validQueries = options.queryLengths?.[b] ?? c.queries;
    // With as many queries as keys, lengths count both.
    const standing = options.queryLengths?.[b] ?? (c.queries === keys ? validKeys : c.queries);
    for (let h = 0; h < heads; h++) {
      const keyHead = b * c.keyHeads + Math.floor(h / c.group);
      for (let i = 0; i < c.queries; i++) {
        const row = (b * heads + h) * c.queries + i;
        const last = c.causal === "start" ? i : c.causal ? i + validKeys - standing : keys;
        const scores: number[] = [];
        const mask: boolean[] = [];
        for (let j = 0; j < keys; j++) {
          let sum = 0;
          for (let t = 0; t < c.features; t++) {
            sum += arrays.q[row * c.features + t]! * arrays.k[(keyHead * keys + j) * c.features + t]!;
          }
          const place = [b, h, i, j];
          const added = options.biasShape ? arrays.bias[at(options.biasShape, place)]! : 0;
          scores.push(scale * sum + added);
          mask.push(
            i < validQueries &&
              j < validKeys &&
              j <= last &&
              options.keyPaddingMask?.[b * keys + j] !== 0 &&
              (options.maskShape === undefined || options.mask![at(options.maskShape, place)] === 1),
          );
        }
        const own = Object.fromEntries(
          Object.entries(mappingOptions).map(([name, value]) => {
            const varies = (name === "gamma" || name === c.entry.parameter?.name) && Array.isArray(value);
            if (!varies) return [name, value];
            const values = value as number[];
            return [name, values.length === heads && values.length !== prepare(c).rows ? values[h] : values[row]];
          }),
        );
        const y = c.entry.mapping(scores, { ...own, mask });
        weights.push(...y);
        for (let t = 0; t < c.valueFeatures; t++) {
          let sum = 0;
          for (let j = 0; j < keys; j++) sum += y[j]! * arrays.v[(keyHead * keys + j) * c.valueFeatures + t]!;
          context.push(sum);
        }
      }
    }
  }
  return { weights, context };
}

test(
  "weights, context and gradients",
  () => {
    let compared = 0;
    const check = (c: Call) => {
      const { options, arrays } = prepare(c);
      const kindOf = (values: number[]) =>
        c.kind === "list" ? values : c.kind === "float64" ? Float64Array.from(values) : Float32Array.from(values);
      const run = (given: Arrays) => {
        const [q, k, v, bias] = [given.q, given.k, given.v, given.bias].map(kindOf) as [
          number[],
          number[],
          number[],
          number[],
        ];
        return attention.vjp(q, k, v, { ...options, ...(options.biasShape && { bias }) });
      };
      // The same numbers in float32 as in the definition.
      const rounded = Object.fromEntries(
        Object.entries(arrays).map(([name, values]) => [name, Array.from(kindOf(values))]),
      ) as Arrays;
      const found = run(rounded);
      const wanted = byDefinition(c, rounded);
      const tolerance = c.kind === "float32" ? 2e-5 : 1e-10;
      expect(farthest(found.weights, wanted.weights)).toBeLessThan(tolerance);
      if (c.dropout !== 0.4) expect(farthest(found.context, wanted.context)).toBeLessThan(10 * tolerance);
      if (c.kind === "float32") return;
      // A random direction in all arrays, unless it changes which weights are positive.
      const direction: Arrays = {
        q: normals(arrays.q.length, c.seed + 5),
        k: normals(arrays.k.length, c.seed + 6),
        v: normals(arrays.v.length, c.seed + 7),
        bias: normals(arrays.bias.length, c.seed + 8),
      };
      const h = 1e-6;
      const side = (sign: number) =>
        run(
          Object.fromEntries(
            Object.entries(arrays).map(([name, values]) => [
              name,
              values.map((x, i) => x + sign * h * direction[name as keyof Arrays][i]!),
            ]),
          ) as Arrays,
        );
      const [up, down] = [side(1), side(-1)];
      const support = (weights: ArrayLike<number>) => Array.from(weights, (weight) => weight > 0).join();
      if (support(up.weights) !== support(down.weights)) return;
      const u = normals(found.context.length, c.seed + 9);
      const gradient = found.pullback(u);
      const along =
        dot(gradient.queries, direction.q) +
        dot(gradient.keys, direction.k) +
        dot(gradient.values, direction.v) +
        (gradient.bias === undefined ? 0 : dot(gradient.bias, direction.bias));
      const slope = (dot(up.context, u) - dot(down.context, u)) / (2 * h);
      const scale = Math.max(1, ...Array.from(u, Math.abs)) * 100;
      // A kink of a structured mapping leaves the support as it is: it is rare, and the two sides differ.
      const middle = dot(run(arrays).context, u);
      const kinked = Math.abs(dot(up.context, u) + dot(down.context, u) - 2 * middle) > 1e-9 * scale;
      if (kinked) return;
      compared++;
      expect(Math.abs(along - slope)).toBeLessThan(1e-5 * scale);
    };
    fc.assert(fc.property(calls, check), cases(300));
    expect(compared).toBeGreaterThan(0);
  },
  propertyTimeout,
);
