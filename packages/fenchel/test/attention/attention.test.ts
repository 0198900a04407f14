/** Attention against a direct evaluation of its formula, its pullback against finite differences, and its options. */
import { describe, expect, test } from "vitest";
import { attention, fusedmax, registry, softmax, sparsemax } from "../../src/index.ts";
import type { AttentionOptions } from "../../src/attention/attention.ts";
import { dot, farthest } from "../support/backends.ts";
import { normals } from "../support/rows-of-scores.ts";

const batch = 2;
const heads = 4;
const keyHeads = 2;
const queries = 3;
const keys = 5;
const features = 4;
const valueFeatures = 3;
const q = normals(batch * heads * queries * features, 1);
const k = normals(batch * keyHeads * keys * features, 2);
const v = normals(batch * keyHeads * keys * valueFeatures, 3);
const sizes = { batch, heads, keyHeads, features };

/** Scores of one head and query, from the definition. */
function scoresOf(b: number, h: number, i: number): number[] {
  const keyHead = b * keyHeads + Math.floor(h / (heads / keyHeads));
  return Array.from({ length: keys }, (_, j) => {
    let sum = 0;
    for (let t = 0; t < features; t++) {
      sum += q[((b * heads + h) * queries + i) * features + t]! * k[(keyHead * keys + j) * features + t]!;
    }
    return sum / Math.sqrt(features);
  });
}

test("the example of its documentation", () => {
  expect(attention([1, 0], [4, 0, 0, 4], [1, 2, 3, 4], { features: 2, mapping: sparsemax, scale: 1 })).toEqual([1, 2]);
});

test("equals its formula, with grouped queries", () => {
  const { context, weights } = attention.vjp(q, k, v, { ...sizes, mapping: sparsemax });
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const row = (b * heads + h) * queries + i;
        const wanted = sparsemax(scoresOf(b, h, i));
        expect(farthest(weights.slice(row * keys, (row + 1) * keys), wanted)).toBeLessThan(1e-14);
        const keyHead = b * keyHeads + Math.floor(h / (heads / keyHeads));
        for (let t = 0; t < valueFeatures; t++) {
          let sum = 0;
          for (let j = 0; j < keys; j++) sum += wanted[j]! * v[(keyHead * keys + j) * valueFeatures + t]!;
          expect(context[row * valueFeatures + t]).toBeCloseTo(sum, 13);
        }
      }
    }
  }
  expect(attention(q, k, v, { ...sizes, mapping: sparsemax })).toEqual(context);
  expect(attention.weights(q, k, { ...sizes, mapping: sparsemax })).toEqual(weights);
});

const bias = normals(heads * queries * keys, 4);
const mask = Array.from({ length: queries * keys }, (_, i) => i % 4 !== 1);
const optionSets: [string, AttentionOptions][] = [
  ["plain", sizes],
  ["causal and scaled", { ...sizes, causal: true, scale: 0.3 }],
  ["masked and biased", { ...sizes, mask, bias }],
  ["lengths of keys and queries", { ...sizes, lengths: [2, 5], queryLengths: [3, 1] }],
  ["dropout", { ...sizes, dropout: 0.4, seed: 9 }],
  ["gamma a head", { ...sizes, mappingOptions: { gamma: [0.5, 1, 1.5, 2] } }],
];

describe.each(registry)("pullback with $name", (entry) => {
  test.each(optionSets)("%s", (_, given) => {
    const options = {
      ...given,
      mapping: entry.mapping,
      mappingOptions: { ...given.mappingOptions, ...entry.optionsFor?.(keys) },
    };
    const u = normals(batch * heads * queries * valueFeatures, 7);
    const { pullback } = attention.vjp(q, k, v, options);
    const gradients = pullback(u);
    const h = 1e-6;
    const kept = (weights: number[]) => weights.map((weight) => weight > 0).join();
    let checked = 0;
    const inputs = { queries: q, keys: k, values: v, ...(given.bias === undefined ? {} : { bias }) };
    for (const [name, array] of Object.entries(inputs)) {
      for (let i = 0; i < array.length; i += 5) {
        const at = (step: number) => {
          const moved = array.with(i, array[i]! + step);
          const using = { queries: q, keys: k, values: v, bias: given.bias, [name]: moved };
          const call = { ...options, bias: using.bias };
          const run = attention.vjp(using.queries, using.keys, using.values, call);
          return { value: dot(run.context, u), shape: kept(run.weights) };
        };
        const up = at(h);
        const down = at(-h);
        if (up.shape !== down.shape) continue;
        const got = gradients[name as "keys"]![i]!;
        expect(Math.abs(got - (up.value - down.value) / (2 * h)), `${name}[${i}]`).toBeLessThan(5e-6);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(20);
  });
});

test("hyper-parameter gradients come back in the form given", () => {
  const u = normals(batch * heads * queries * valueFeatures, 7);
  const gradient = (lambda: number | number[]) =>
    attention.vjp(q, k, v, { ...sizes, mapping: fusedmax, mappingOptions: { lambda } }).pullback(u).hyperParameters;
  const one = gradient(0.1);
  const each = gradient([0.1, 0.1, 0.1, 0.1]);
  expect(each["lambda"]).toHaveLength(heads);
  expect((each["lambda"] as number[]).reduce((a, b) => a + b)).toBeCloseTo(one["lambda"] as number, 12);
  expect(typeof each["gamma"]).toBe("number");
});

test("a causal mask is aligned at the end; hidden keys weigh nothing", () => {
  const weights = attention.weights(q, k, { ...sizes, causal: true });
  for (let row = 0; row < batch * heads * queries; row++) {
    const visible = (row % queries) + 1 + keys - queries;
    for (let j = 0; j < keys; j++) expect(weights[row * keys + j]! > 0).toBe(j < visible);
  }
});

test("a query that sees nothing has context 0 and gives no gradient", () => {
  const { context, pullback } = attention.vjp(q, k, v, { ...sizes, lengths: [0, 5] });
  expect(context.slice(0, context.length / 2).every((value) => value === 0)).toBe(true);
  const gradients = pullback(context.map(() => 1));
  expect(gradients.queries.slice(0, q.length / 2).every((value) => value === 0)).toBe(true);
  expect(gradients.keys.slice(0, k.length / 2).every((value) => value === 0)).toBe(true);
});

test("dropout is reproducible, keeps the mean and leaves the weights alone", () => {
  const n = 400;
  const many = { features: 1, mapping: softmax, dropout: 0.3, seed: 5 };
  const call = () =>
    attention.vjp(
      [0],
      normals(n, 1),
      Array.from({ length: n }, () => 1),
      many,
    );
  const first = call();
  expect(call().context).toEqual(first.context);
  expect(Math.abs(first.context[0]! - 1)).toBeLessThan(0.15);
  expect(first.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(attention.vjp([0], normals(n, 1), normals(n, 2), { ...many, seed: 6 }).context).not.toEqual(first.context);
});

test("float32 arrays come back as float32", () => {
  const single = [q, k, v].map((array) => Float32Array.from(array)) as [Float32Array, Float32Array, Float32Array];
  const { context, pullback } = attention.vjp(...single, { ...sizes, mapping: sparsemax });
  expect(context).toBeInstanceOf(Float32Array);
  expect(farthest(context, attention(q, k, v, { ...sizes, mapping: sparsemax }))).toBeLessThan(1e-5);
  expect(pullback(context).queries).toBeInstanceOf(Float32Array);
});

test("mistakes are named", () => {
  expect(() => attention(q, k, v, {} as AttentionOptions)).toThrow(/features is undefined/);
  expect(() => attention(q, k, v, { ...sizes, keyHeads: 3 })).toThrow(/keyHeads is 3: a divisor of heads = 4/);
  expect(() => attention(q.slice(1), k, v, sizes)).toThrow(/queries has 95 entries/);
  expect(() => attention(q, k, v, { ...sizes, mask: [1, 0] })).toThrow(/mask has 2 entries/);
  expect(() => attention(q, k, v, { ...sizes, lengths: [1, 9] })).toThrow(/lengths\[1\] is 9/);
  expect(() => attention(q, k, v, { ...sizes, dropout: 1 })).toThrow(/dropout is 1/);
  expect(() => attention(q, k, v, { ...sizes, mapping: "softmax" })).toThrow(/mapping is "softmax"/);
  expect(() => attention(q, k, v, { ...sizes, scales: 2 } as AttentionOptions)).toThrow(/options.scales is unknown/);
});
