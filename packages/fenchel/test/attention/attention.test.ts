/** Attention against a direct evaluation of its formula, its pullback against finite differences, and its options. */
import { describe, expect, test } from "vitest";
import { attention, entmax, fusedmax, graphmax, registry, softmax, sparsemax } from "../../src/index.ts";
import type { AttentionMapping, AttentionOptions } from "../../src/index.ts";
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

describe("causality", () => {
  const n = 4;
  const [qs, ks, vs] = [11, 12, 13].map((seed) => normals(2 * n * 2, seed)) as [number[], number[], number[]];
  const square = { features: 2, batch: 2 };
  const visible = (weights: readonly number[], count: number) =>
    Array.from({ length: weights.length / count }, (_, row) =>
      weights.slice(row * count, (row + 1) * count).map((weight) => (weight > 0 ? 1 : 0)),
    );

  test('"start": query i sees the keys up to i, however many keys there are', () => {
    const weights = attention.weights(qs.slice(0, 4), ks.slice(0, 8), { features: 2, causal: "start" });
    expect(visible(weights, 4)).toEqual([
      [1, 0, 0, 0],
      [1, 1, 0, 0],
    ]);
    const end = attention.weights(qs.slice(0, 4), ks.slice(0, 8), { features: 2, causal: "end" });
    expect(visible(end, 4)).toEqual([
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ]);
    expect(end).toEqual(attention.weights(qs.slice(0, 4), ks.slice(0, 8), { features: 2, causal: true }));
  });

  /** The context of one batch entry's valid queries and keys, without padding. */
  const alone = (b: number, validQueries: number, validKeys: number, causal: AttentionOptions["causal"]) => {
    const part = (array: readonly number[], count: number) => array.slice(2 * n * b, 2 * (n * b + count));
    return attention(part(qs, validQueries), part(ks, validKeys), part(vs, validKeys), { features: 2, causal });
  };

  test.each(["start", "end"] as const)("%s: a padded batch gives what its entries give alone", (causal) => {
    const lengths = [3, 2];
    const queryLengths = [2, 1];
    const context = attention(qs, ks, vs, { ...square, causal, lengths, queryLengths });
    for (const b of [0, 1]) {
      const wanted = alone(b, queryLengths[b]!, lengths[b]!, causal);
      expect(farthest(context.slice(2 * n * b, 2 * n * b + wanted.length), wanted)).toBeLessThan(1e-15);
    }
  });

  test("as many queries as keys are the same tokens: lengths counts both", () => {
    const lengths = [3, 2];
    const context = attention(qs, ks, vs, { ...square, causal: true, lengths });
    for (const b of [0, 1]) {
      const wanted = alone(b, lengths[b]!, lengths[b]!, true);
      expect(farthest(context.slice(2 * n * b, 2 * n * b + wanted.length), wanted)).toBeLessThan(1e-15);
    }
  });

  test("new queries on cached keys: the last one stands at the last valid key of its entry", () => {
    const lengths = [4, 2];
    const weights = attention.weights(qs.slice(0, 8), ks, { ...square, causal: true, lengths });
    expect(visible(weights, n)).toEqual([
      [1, 1, 1, 0],
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [1, 1, 0, 0],
    ]);
  });

  test("anything else is refused", () => {
    for (const causal of [1, "upper", null] as unknown as boolean[]) {
      expect(() => attention(qs, ks, vs, { ...square, causal })).toThrow(/causal is .*: true, false, "start" or "end"/);
    }
  });
});

describe("masks", () => {
  const square = { features: 1, batch: 2, mapping: softmax };
  const [x, y] = [normals(4, 21), normals(6, 22)];
  const small = (options: Partial<AttentionOptions>) => attention.weights(x, y, { ...square, ...options });

  test.each([-Infinity, -1, 0.5, Number.NaN, 2, "1", undefined, 1n])(
    "a mask that holds %s is none: it is a bias",
    (entry) => {
      const mask = [1, 1, entry, 1, 1, 1] as number[];
      const wanted = /\[2\] is .*: 0, 1, false or true is needed \(for an additive mask use bias\)/;
      expect(() => small({ mask, maskShape: [2, 3] })).toThrow(wanted);
      expect(() => small({ keyPaddingMask: mask })).toThrow(wanted);
    },
  );

  test("a mask that is added is a bias", () => {
    const added = [0, 0, -Infinity, 0, -Infinity, 0];
    const mask = added.map((entry) => entry === 0);
    expect(small({ bias: added, biasShape: [2, 3] })).toEqual(small({ mask, maskShape: [2, 3] }));
  });

  test("where a length may mean two shapes the shape is asked for", () => {
    const mask = [1, 1, 1, 1, 0, 1];
    const asks =
      "mask has 6 entries, which may be [queries, keys] = [2, 3] or [batch, 1, 1, keys] = [2, 1, 1, 3]: give maskShape " +
      "(padding, [batch, keys], is given as keyPaddingMask)";
    expect(() => small({ mask })).toThrow(new RangeError(asks));
    expect(() => small({ bias: mask })).toThrow("give biasShape");
    const hidden = (weights: number[]) => weights.flatMap((weight, at) => (weight === 0 ? [at] : []));
    // Query 1 of both entries of the batch, or both queries of entry 1.
    expect(hidden(small({ mask, maskShape: [2, 3] }))).toEqual([4, 10]);
    expect(hidden(small({ mask, maskShape: [2, 1, 1, 3] }))).toEqual([7, 10]);
    expect(small({ keyPaddingMask: mask })).toEqual(small({ mask, maskShape: [2, 1, 1, 3] }));
    const sameCount = { ...sizes, heads: 2, queries: 6, mask: Array.from({ length: 2 * 6 * 5 }, () => 1) };
    const { queries: _, ...twoHeads } = sameCount;
    expect(() => attention.weights(q, k, twoHeads)).toThrow(
      /which may be \[heads, queries, keys\] = \[2, 6, 5\] or \[batch, 1, queries, keys\] = \[2, 1, 6, 5\]: give maskShape/,
    );
  });

  test("padding is known by its own name, and only by it", () => {
    const keyPaddingMask = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1];
    expect(() => attention.weights(q, k, { ...sizes, mask: keyPaddingMask })).toThrow(/is given as keyPaddingMask/);
    const weights = attention.weights(q, k, { ...sizes, keyPaddingMask });
    weights.forEach((weight, at) => {
      const b = Math.floor(at / (heads * queries * keys));
      expect(weight > 0).toBe(keyPaddingMask[b * keys + (at % keys)] === 1);
    });
    const both = attention.weights(q, k, { ...sizes, keyPaddingMask, mask, lengths: [4, 5] });
    expect(both.every((weight, at) => weight === 0 || (weights[at]! > 0 && mask[at % mask.length]!))).toBe(true);
    expect(() => attention.weights(q, k, { ...sizes, keyPaddingMask: [1, 0] })).toThrow(
      /keyPaddingMask has 2 entries: 10/,
    );
  });

  test("shapes that do not fit are named", () => {
    const shaped =
      (maskShape: number[], length = 6) =>
      () =>
        small({ mask: Array.from({ length }, () => 1), maskShape });
    expect(shaped([3, 2])).toThrow(
      "maskShape is [3, 2]: sizes that repeat to [batch, heads, queries, keys] = [2, 1, 2, 3]",
    );
    expect(shaped([2, 3], 3)).toThrow("mask has 3 entries but maskShape is [2, 3]");
    expect(shaped([1, 2, 1, 2, 3])).toThrow("maskShape is [1, 2, 1, 2, 3]");
    expect(() => small({ maskShape: [2, 3] })).toThrow("maskShape is given without a mask");
    expect(() => small({ biasShape: [2, 3] })).toThrow("biasShape is given without a bias");
    expect(() => small({ mask: [1], maskShape: 3 as unknown as number[] })).toThrow("maskShape is 3");
  });

  test("a bias of any shape gets its gradient in that shape", () => {
    const shape = [1, heads, 1, keys];
    const given = normals(heads * keys, 31);
    const full = Array.from({ length: heads * queries * keys }, (_, at) => {
      return given[Math.floor(at / (queries * keys)) * keys + (at % keys)]!;
    });
    const u = normals(batch * heads * queries * valueFeatures, 7);
    const narrow = attention.vjp(q, k, v, { ...sizes, bias: given, biasShape: shape });
    const wide = attention.vjp(q, k, v, { ...sizes, bias: full });
    expect(narrow.context).toEqual(wide.context);
    const sums = given.map(() => 0);
    wide.pullback(u).bias!.forEach((part, at) => {
      sums[Math.floor(at / (queries * keys)) * keys + (at % keys)]! += part;
    });
    expect(farthest(narrow.pullback(u).bias!, sums)).toBeLessThan(1e-13);
  });
});

describe("what is no number", () => {
  const hole = (array: readonly number[], at: number) => {
    const holed = array.slice();
    delete holed[at];
    return holed;
  };

  test.each([
    [Number.NaN, /is NaN: every entry must be finite/],
    [Infinity, /is Infinity: every entry must be finite/],
    ["1", /is "1": every entry must be a number/],
    [null, /is null: every entry must be a number/],
    [1n, /is 1.*: every entry must be a number/],
  ])("%s is named in its own array, at its own place", (entry, reason) => {
    const at = (array: readonly number[]) => array.with(5, entry as number);
    const named = (name: string) => new RegExp(`^${name}\\[5\\] ${reason.source}`);
    expect(() => attention(at(q), k, v, sizes)).toThrow(named("queries"));
    expect(() => attention(q, at(k), v, sizes)).toThrow(named("keys"));
    expect(() => attention(q, k, at(v), sizes)).toThrow(named("values"));
    expect(() => attention(q, k, v, { ...sizes, bias: at(bias) })).toThrow(/^bias\[5\] is /);
    if (typeof entry !== "number") return;
    expect(() => attention(Float32Array.from(q), Float32Array.from(k), Float32Array.from(at(v)), sizes)).toThrow(
      named("values"),
    );
  });

  test("holes too", () => {
    expect(() => attention(hole(q, 3), k, v, sizes)).toThrow("queries[3] is undefined: every entry must be a number");
    expect(() => attention(q, k, hole(v, 3), sizes)).toThrow("values[3] is undefined: every entry must be a number");
    expect(() => attention(q, k, v, { ...sizes, bias: hole(bias, 3) })).toThrow("bias[3] is undefined");
  });

  describe.each(registry)("padding may hold anything: $name", ({ mapping, optionsFor }) => {
    test.each([
      ["list", Array.from<number>],
      ["float32", (values: readonly number[]) => Float32Array.from(values)],
      ["float64", (values: readonly number[]) => Float64Array.from(values)],
    ])("%s", (_, kindOf) => {
      const options = {
        ...sizes,
        mapping,
        mappingOptions: { ...optionsFor?.(keys) },
        lengths: [3, 5],
        queryLengths: [3, 2],
        keyPaddingMask: [1, 1, 1, 1, 1, 0, 1, 1, 1, 1],
      };
      const spoilt = (
        array: readonly number[],
        size: number,
        isPadding: (b: number, place: number) => boolean,
        count: number,
      ) =>
        array.map((entry, at) => {
          const row = Math.floor(at / size);
          return isPadding(row < array.length / size / batch ? 0 : 1, row % count) ? Number.NaN : entry;
        });
      const padded = (b: number, j: number) => (b === 0 ? j >= 3 : j === 0);
      const make = (spoil: boolean) => {
        const arrays = spoil
          ? [
              spoilt(q, features, (b, i) => b === 1 && i >= 2, queries),
              spoilt(k, features, padded, keys),
              spoilt(v, valueFeatures, padded, keys),
            ]
          : [q, k, v];
        const [a, b, c] = arrays.map((array) => kindOf(array as number[])) as [number[], number[], number[]];
        const { context, weights, pullback } = attention.vjp(a, b, c, options);
        return { context, weights, gradients: pullback(normals(context.length, 7)) };
      };
      expect(make(true)).toEqual(make(false));
    });
  });

  test("a bias that only hidden keys have may be NaN; one that counts is named", () => {
    const masked = bias.map((entry, at) => (mask[at % mask.length]! ? entry : Number.NaN));
    expect(attention(q, k, v, { ...sizes, mask, bias: masked })).toEqual(attention(q, k, v, { ...sizes, mask, bias }));
    expect(() => attention(q, k, v, { ...sizes, bias: masked })).toThrow(
      /^bias\[1\] is NaN: every entry must be finite, or -Infinity/,
    );
  });

  test("an overflow of finite queries and keys is told where it is", () => {
    const huge = k.map(() => 1e308);
    const ten = q.map(() => 10);
    expect(() => attention(ten, huge, v, sizes)).toThrow(
      /^the score of batch 0, head 0, query 0, key 0 is Infinity: smaller queries, keys or scale are needed/,
    );
  });
});

describe("the mapping's options", () => {
  const u = normals(batch * heads * queries * valueFeatures, 7);

  test("edges and their strengths are no hyper-parameters, however many heads there are", () => {
    const one = attention([1], [1, 2], [1, 2], {
      features: 1,
      mapping: graphmax,
      mappingOptions: { edges: [[0, 1]], weights: [3] },
    });
    // The edge draws both by 3 lambda: sparsemax of [1.3, 1.7].
    expect(one[0]).toBeCloseTo(1.7, 12);
    const edges: [number, number][] = [0, 1, 2, 3].map((i) => [i, i + 1]);
    const strengths = [1, 0, 2, 0];
    const mappingOptions = { edges, weights: strengths, lambda: [0.01, 0.1, 0.2, 1] };
    const weights = attention.weights(q, k, { ...sizes, mapping: graphmax, mappingOptions });
    for (let row = 0; row < batch * heads * queries; row++) {
      const h = Math.floor(row / queries) % heads;
      const wanted = graphmax(scoresOf(Math.floor(row / queries / heads), h, row % queries), {
        edges,
        weights: strengths,
        lambda: mappingOptions.lambda[h]!,
      });
      expect(farthest(weights.slice(row * keys, (row + 1) * keys), wanted)).toBeLessThan(1e-13);
    }
  });

  test.each(["shape", "axis", "mask", "lengths", "out"])("%s is attention's own", (name) => {
    const mappingOptions = { [name]: [1] } as object;
    expect(() => attention(q, k, v, { ...sizes, mappingOptions })).toThrow(
      new RegExp(`^mappingOptions\\.${name} is not taken: `),
    );
  });

  test("one per row, one per head: any other count, and an entry out of range, is named as it was given", () => {
    const withGamma = (gamma: number[]) => () => attention(q, k, v, { ...sizes, mappingOptions: { gamma } });
    expect(withGamma([1, 2])).toThrow(
      "mappingOptions.gamma has 2 entries: one per head (4) or one per row (24) is needed",
    );
    expect(withGamma([1, 1, 0, 1])).toThrow(
      new RangeError("mappingOptions.gamma[2] is 0: a finite number above 0 is needed"),
    );
    expect(() => attention(q, k, v, { ...sizes, mappingOptions: [1] as object })).toThrow(
      /^mappingOptions is Array\(1\)/,
    );
    const rows = Array.from({ length: 24 }, (_, row) => 1 + row / 24);
    const { pullback } = attention.vjp(q, k, v, { ...sizes, mapping: entmax, mappingOptions: { alpha: rows } });
    expect(pullback(u).hyperParameters["alpha"]).toHaveLength(24);
  });

  test("a mapping that does not know its hyper-parameters has gamma", () => {
    const { max, vjp, jvp, loss, gap, mappingName } = sparsemax;
    const bare = Object.assign((scores: number[]) => sparsemax(scores), { max, vjp, jvp, loss, gap, mappingName });
    const options = { ...sizes, mapping: bare as unknown as AttentionMapping, mappingOptions: { gamma: [1, 2, 3, 4] } };
    expect(attention(q, k, v, options)).toEqual(attention(q, k, v, { ...options, mapping: sparsemax }));
  });
});

describe("no keys", () => {
  test("the context is zeros of its shape", () => {
    expect(attention(q, [], [], sizes)).toEqual(Array.from({ length: q.length }, () => 0));
    const sized = { ...sizes, valueFeatures, mask: [], bias: [] };
    const { context, weights, pullback } = attention.vjp(q, [], [], sized);
    expect(context).toEqual(u0());
    expect(weights).toEqual([]);
    const { queries: dQueries, keys: dKeys } = pullback(context);
    expect([dQueries, dKeys]).toEqual([q.map(() => 0), []]);
  });

  const u0 = () => Array.from({ length: batch * heads * queries * valueFeatures }, () => 0);

  test("values of another size than is told are named", () => {
    expect(() => attention(q, k, v, { ...sizes, valueFeatures: 2 })).toThrow(/values has 60 entries: 40 are needed/);
    expect(() => attention(q, [], [1], sizes)).toThrow(/values has 1 entries: 0 are needed/);
    expect(attention.weights(q, k, { ...sizes, valueFeatures: 7 })).toEqual(attention.weights(q, k, sizes));
  });
});

test("all 53 bits of the seed of dropout count", () => {
  const n = 256;
  const dropped = (seed: number) =>
    attention([0], normals(n, 1), normals(n, 2), { features: 1, dropout: 0.5, seed })[0];
  const seeds = [5, 6, -5, 5 + 2 ** 32, 5 + 2 ** 33, 5 - 2 ** 32, 2 ** 32, 2 ** 52 + 5, Number.MAX_SAFE_INTEGER];
  expect(new Set(seeds.map(dropped)).size).toBe(seeds.length);
  expect(() => dropped(2 ** 53)).toThrow(/seed is 9007199254740992: an integer is needed/);
});

test("mistakes are named", () => {
  expect(() => attention(q, k, v, {} as AttentionOptions)).toThrow(/features is undefined/);
  expect(() => attention(q, k, v, { ...sizes, keyHeads: 3 })).toThrow(/keyHeads is 3: a divisor of heads = 4/);
  expect(() => attention(q.slice(1), k, v, sizes)).toThrow(/queries has 95 entries/);
  expect(() => attention(q, k, v, { ...sizes, mask: [1, 0] })).toThrow(/mask has 2 entries/);
  expect(() => attention(q, k, v, { ...sizes, lengths: [1, 9] })).toThrow(/lengths\[1\] is 9/);
  expect(() => attention(q, k, v, { ...sizes, dropout: 1 })).toThrow(/dropout is 1/);
  const text = "softmax" as unknown as AttentionMapping;
  expect(() => attention(q, k, v, { ...sizes, mapping: text })).toThrow(/mapping is "softmax"/);
  expect(() => attention(q, k, v, { ...sizes, scales: 2 } as AttentionOptions)).toThrow(/options.scales is unknown/);
  for (const call of [attention, attention.vjp, attention.weights] as unknown as ((...args: unknown[]) => unknown)[]) {
    const given = call === (attention.weights as unknown) ? [q, k] : [q, k, v];
    expect(() => call(...given)).toThrow(
      new TypeError("options is undefined: attention needs options.features, the size of a query and of a key"),
    );
  }
  expect(() => attention(q, k, v, { ...sizes, scale: Number.NaN })).toThrow(/scale is NaN/);
});
