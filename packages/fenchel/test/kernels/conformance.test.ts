/** Every float32 kernel against the float64 code on the same scores: long rows, large offsets, hostile shapes. */
import { describe, expect, test } from "vitest";
import { registry, type RegistryEntry } from "../../src/index.ts";
import * as binaries from "../../src/kernels/generated/index.ts";
import { farthest } from "../support/backends.ts";
import { normals, rowKinds, uniform } from "../support/rows-of-scores.ts";

type Make = (n: number, seed: number) => number[];

const hostile: Readonly<Record<string, Make>> = {
  ...rowKinds,
  descending: (n, seed) => normals(n, seed).sort((a, b) => b - a),
  sawtooth: (n) => Array.from({ length: n }, (_, i) => (i % 17) / 17),
  "random walk": (n, seed) => {
    let level = 0;
    return normals(n, seed).map((step) => (level += step / 10));
  },
  "two levels a hair apart": (n, seed) => {
    const next = uniform(seed);
    return Array.from({ length: n }, () => (next() < 0.5 ? 1 : 1 + 2 ** -23));
  },
  "geometric descent": (n) => Array.from({ length: n }, (_, i) => 2 ** -Math.min(i, 60)),
};

/** Worst deviation of the weights, their sum and their support. */
function compare(entry: RegistryEntry, scores: Float32Array, options: Record<string, unknown>, label: string): void {
  const { mapping } = entry;
  const n = scores.length;
  const weights = mapping(scores, options);
  const wanted = mapping(Float64Array.from(scores), options);
  expect(farthest(weights, wanted), label).toBeLessThanOrEqual(2e-6);
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    sum += weights[i]!;
    if (wanted[i]! > 1e-6 && !(weights[i]! > 0)) lost += 1;
  }
  expect(Math.abs(sum - 1), label).toBeLessThanOrEqual(Math.max(n, 2) * 2 ** -23);
  expect(lost, label).toBe(0);
}

/** Values of a hyper-parameter that cover its whole range. */
const covering: Readonly<Record<string, (n: number) => number[]>> = {
  alpha: () => [1, 1.0001, 1.01, 1.3, 1.5, 2, 3, 10],
  lambda: (n) => [0, 0.1 / n, 0.01, 0.1, 0.5],
};

function settings({ parameter, optionsFor }: RegistryEntry, n: number): Record<string, unknown>[] {
  const needed = optionsFor?.(n) ?? {};
  if (parameter === null) return [needed];
  const values = covering[parameter.name]?.(n) ?? parameter.samplesFor(n);
  return values.map((value) => ({ ...needed, [parameter.name]: value }));
}

const withKernel = registry.filter(({ kernel }) => kernel);
const longest = (entry: RegistryEntry) => (entry.optionsFor === undefined ? 100_000 : 1024);

test("every module of the build is the kernel of a mapping, but the one that prepares rows", () => {
  const modules = Object.keys(binaries).filter((name) => name !== "rowsBinary");
  expect(withKernel.map(({ name }) => `${name}Binary`).toSorted()).toEqual(modules.toSorted());
});

describe.each(withKernel)("$name", (entry) => {
  test.each(Object.entries(hostile))("%s rows of all lengths, offsets and temperatures", (kind, make) => {
    for (const n of [1, 2, 3, 4, 5, 8, 15, 32, 100, 511, 4096, longest(entry)]) {
      if (n > longest(entry)) continue;
      const x = make(n, n);
      for (const options of settings(entry, n)) {
        for (const offset of n > 4096 ? [0] : [0, 1e4, 1e7, -1e7]) {
          const scores = Float32Array.from(x, (score) => score + offset);
          for (const gamma of n > 511 ? [1] : [0.1, 1, 30]) {
            compare(
              entry,
              scores,
              { ...options, gamma },
              `${kind} ${n} + ${offset} ${JSON.stringify(options)} gamma ${gamma}`,
            );
          }
        }
      }
    }
  });

  test.runIf(entry.optionsFor === undefined)("a million entries: normal, flat, equal, sorted, alternating", () => {
    const n = 1_000_000;
    for (const kind of ["normal", "tiny", "equal", "sorted", "alternating"]) {
      const scores = Float32Array.from(hostile[kind]!(n, 5));
      const own = settings(entry, n);
      // The longest rows with the default, the least and the greatest setting.
      for (const options of [own[0]!, own[Math.floor(own.length / 2)]!, own.at(-1)!]) {
        compare(entry, scores, options, `${kind} ${JSON.stringify(options)}`);
      }
    }
  });

  test("pullbacks equal the float64 code's, in scores, gamma and the own hyper-parameter", () => {
    for (const [kind, make] of Object.entries(hostile)) {
      for (const n of [1, 2, 5, 31, 256, 4096]) {
        if (n > longest(entry)) continue;
        for (const options of settings(entry, n)) {
          const label = `${kind} ${n} ${JSON.stringify(options)}`;
          const scores = Float32Array.from(make(n, n + 1));
          const u = Float32Array.from(normals(n, n + 2));
          const single = entry.mapping.vjp(scores, { ...options, gamma: 0.7 });
          const double = entry.mapping.vjp(Float64Array.from(scores), { ...options, gamma: 0.7 });
          // Near a kink the two may stand on different sides of it: compare where the support agrees.
          if (!Array.from(single.weights).every((weight, i) => weight > 0 === double.weights[i]! > 0)) continue;
          const got = single.pullback(u) as unknown as Record<string, number> & { scores: Float32Array };
          const wanted = double.pullback(u) as unknown as Record<string, number> & { scores: Float64Array };
          const scale = 1 + Math.max(...Array.from(wanted.scores, Math.abs));
          const atKink = entry.grouped && groupsDiffer(entry, scores, { ...options, gamma: 0.7 });
          if (atKink) continue;
          expect(farthest(got.scores, wanted.scores), label).toBeLessThanOrEqual(3e-5 * scale);
          expect(Math.abs(got["gamma"]! - wanted["gamma"]!), label).toBeLessThanOrEqual(
            1e-4 * (1 + Math.abs(wanted["gamma"]!)),
          );
          const name = entry.parameter?.name;
          // Weights nearer than float32 can tell apart have no order, on which lambda's gradient rests.
          if (name !== undefined && !(entry.grouped && nearTies(entry, scores, { ...options, gamma: 0.7 }))) {
            expect(Math.abs(got[name]! - wanted[name]!), `${name} ${label}`).toBeLessThanOrEqual(
              2e-3 * (1 + Math.abs(wanted[name]!)),
            );
          }
        }
      }
    }
  });

  test("pullbacks of many rows without the hyper-parameters equal those with them", () => {
    const makers = Object.values(hostile);
    for (const n of [1, 4, 13, 32, 256, 300]) {
      const shape = [2 * makers.length, n];
      const size = shape[0]! * n;
      const scores = Float32Array.from([...makers, ...makers].flatMap((make, i) => make(n, n + i)));
      const u = Float32Array.from(normals(size, n));
      const gamma = Float64Array.from({ length: shape[0]! }, (_, i) => 0.3 + 0.2 * i);
      const lengths = Int32Array.from({ length: shape[0]! }, (_, i) => Math.max(1, n - (i % 5)));
      for (const own of settings(entry, n)) {
        for (const options of [own, { ...own, gamma, lengths }]) {
          const { pullback } = entry.mapping.vjp(scores, { ...options, shape });
          const wanted = pullback(u).scores;
          const got = pullback(u, { out: new Float32Array(size), hyperParameters: false }).scores;
          const scale = Math.max(...Array.from(wanted, Math.abs));
          expect(farthest(got, wanted), `${n} ${JSON.stringify(own)}`).toBeLessThanOrEqual(2e-6 * scale);
        }
      }
    }
  });

  test("100,000 calls at mixed sizes leave memory where it was", () => {
    const n = entry.optionsFor === undefined ? 64 : 16;
    const scores = Float32Array.from(normals(8 * n, 1));
    const u = Float32Array.from(normals(8 * n, 2));
    const run = (calls: number) => {
      for (let call = 0; call < calls; call++) {
        const rows = 1 + (call % 8);
        const part = scores.subarray(0, rows * n);
        const options = { shape: [rows, n], ...entry.optionsFor?.(n) };
        if (call % 10 === 0) entry.mapping.vjp(part, options).pullback(u.subarray(0, rows * n));
        else entry.mapping(part, options);
      }
    };
    run(2_000);
    const before = memory();
    run(100_000);
    expect(memory() - before).toBeLessThan(4e6);
  });
});

function groupsDiffer(entry: RegistryEntry, scores: Float32Array, options: Record<string, unknown>): boolean {
  const single = entry.mapping.groups!(scores, options);
  const double = entry.mapping.groups!(Float64Array.from(scores), options);
  // Ids may be numbered differently: compare which neighbours in id order belong together.
  const first = new Map<number, number>();
  for (let i = 0; i < single.length; i++) {
    if (!first.has(single[i]!)) first.set(single[i]!, double[i]!);
    if (first.get(single[i]!) !== double[i]!) return true;
  }
  return new Set(single).size !== new Set(double).size;
}

/** Whether two weights of different groups are equal in float32. */
function nearTies(entry: RegistryEntry, scores: Float32Array, options: Record<string, unknown>): boolean {
  const groups = entry.mapping.groups!(scores, options);
  const weights = entry.mapping(Float64Array.from(scores), options);
  const ofGroup = new Map(Array.from(groups, (id, i) => [id, Math.fround(weights[i]!)]));
  return new Set(ofGroup.values()).size < ofGroup.size;
}

/** Bytes in use after a full collection, array buffers and the kernels' memory included. */
function memory(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + arrayBuffers + external;
}
