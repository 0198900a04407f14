/** Mappings on arrays equal the core's, with the gradients in scores, gamma and their own parameters. */
import { grad, init, jit, jvp, numpy as np } from "@jax-js/jax";
import { entmax as coreEntmax, registry } from "fenchel";
import {
  entmax,
  mappings,
  softmax,
  sparsemax,
  tvmax,
  type Grid,
  type JaxMapping,
  type HostSolution,
} from "fenchel/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { uniform } from "../support/rows-of-scores.ts";

beforeAll(async () => {
  await init("wasm");
});

const entryOf = (name: string) => registry.find((entry) => entry.name === name)!;
const core = (name: string) => entryOf(name).mapping;

/** What a mapping needs to know of rows of n entries: a grid, or nothing. */
const needs = (name: string, n: number) => (entryOf(name).optionsFor?.(n) ?? {}) as { readonly grid?: Grid };

const takesLambda = (mapping: JaxMapping) => mapping.takes.some(({ name }) => name === "lambda");

interface Case {
  readonly title: string;
  readonly shape: readonly number[];
  readonly scores: Float32Array;
  readonly mask?: Float32Array;
}

function cases(): Case[] {
  const next = uniform(7);
  const draw = (shape: readonly number[], spread: number) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => spread * (next() + next() + next() - 1.5));
  const random = (title: string, shape: readonly number[], spread = 2) => ({
    title,
    shape,
    scores: draw(shape, spread),
  });
  const masked = random("holes and an empty row", [6, 20]);
  const mask = Float32Array.from({ length: 120 }, (_, i) => (i < 20 || next() < 0.4 ? 0 : 1));
  const infinite = random("-Infinity", [3, 9]);
  infinite.scores.set([-Infinity, -Infinity], 4);
  infinite.scores.fill(-Infinity, 18, 27);
  return [
    random("one row", [7]),
    random("heads", [2, 3, 4, 11]),
    random("one entry", [5, 1]),
    random("flat scores", [4, 40], 1e-3),
    random("far from 0", [4, 33], 300),
    random("300 entries: the sorted and scattered forms", [3, 300], 0.4),
    { ...masked, mask },
    infinite,
  ];
}

const array = (values: Float32Array | Int32Array, shape: readonly number[]) =>
  np.array(values as Float32Array<ArrayBuffer>, { shape: [...shape] });

/** <c, mapping(x / ...)> with every input traced. */
function traced(mapping: JaxMapping, shape: readonly number[], cotangent: Float32Array) {
  return (
    inputs: { x: np.Array; gamma: np.Array; lambda: np.Array },
    mask: np.Array,
    solution: HostSolution | Record<string, never>,
  ) => {
    const { x, gamma, lambda } = inputs;
    const own = needs(mapping.mappingName, shape[shape.length - 1]!);
    const weights =
      mapping.kind === "closed"
        ? mapping(x, { mask, gamma })
        : mapping(x, {
            ...own,
            mask,
            gamma,
            ...(takesLambda(mapping) ? { lambda } : {}),
            solution: solution as HostSolution,
          });
    if (!takesLambda(mapping)) lambda.dispose();
    return weights.mul(array(cotangent, shape)).sum();
  };
}

describe.each(Object.keys(mappings))("%s in a program", (name) => {
  const mapping = mappings[name]!;

  it.each(cases())("equals the core, forward and backward: $title", async ({ shape, scores, mask }) => {
    const next = uniform(11);
    const n = shape[shape.length - 1]!;
    const rows = scores.length / n;
    const cotangent = Float32Array.from(scores, () => 2 * next() - 1);
    const gamma = Float32Array.from({ length: rows }, () => 0.5 + next());
    const lambda = Float32Array.from({ length: rows }, () => 0.2 * next());
    const rowShape = [...shape.slice(0, -1), 1];
    const kept = mask ?? new Float32Array(scores.length).fill(1);

    // The same float32 numbers in float64, so that only the program's own rounding is compared.
    const exact = core(name).vjp(Float64Array.from(scores), {
      shape,
      mask: kept,
      gamma: Float64Array.from(gamma),
      ...needs(name, n),
      ...(takesLambda(mapping) ? { lambda: Float64Array.from(lambda) } : {}),
    });
    const wanted = exact.pullback(Float64Array.from(cotangent)) as unknown as Record<string, Float64Array>;

    const inputs = () => ({ x: array(scores, shape), gamma: array(gamma, rowShape), lambda: array(lambda, rowShape) });
    const solve = async () => {
      if (mapping.kind === "closed") return {};
      const { x, gamma: g, lambda: l } = inputs();
      const parameters = takesLambda(mapping) ? { gamma: g, lambda: l } : { gamma: g };
      return mapping.solve(x, { ...needs(name, n), ...parameters, mask: array(kept, shape) });
    };
    const { x, gamma: g, lambda: l } = inputs();
    if (!takesLambda(mapping)) l.dispose();
    const options = { mask: array(kept, shape), gamma: g };
    const weights =
      mapping.kind === "closed"
        ? mapping(x, options)
        : mapping(x, { ...needs(name, n), ...options, ...(takesLambda(mapping) ? { lambda: l } : {}) });
    const found = weights.dataSync();
    found.forEach((weight: number, i: number) => expect(weight).toBeCloseTo(exact.weights[i]!, 5));
    if (name !== "softmax") {
      exact.weights.forEach((weight, i) => {
        if (weight === 0) expect(found[i]).toBe(0);
      });
    }

    const eager = grad(traced(mapping, shape, cotangent));
    for (const gradient of [eager, jit(eager)]) {
      const got = gradient(inputs(), array(kept, shape), (await solve()) as HostSolution) as unknown as Record<
        string,
        np.Array
      >;
      const scale = Math.max(1, ...scores.filter(Number.isFinite).map(Math.abs));
      compare(got["x"]!, wanted["scores"]!, 1e-5);
      compare(got["gamma"]!, wanted["gamma"]!, 1e-5 * scale);
      if (!takesLambda(mapping)) got["lambda"]!.dispose();
      else compare(got["lambda"]!, wanted["lambda"]!, 1e-5 * n);
    }
  });

  it("pushes a tangent forward as the core does", async () => {
    const shape = [4, 12];
    const next = uniform(3);
    const scores = Float32Array.from({ length: 48 }, () => 2 * next());
    const tangent = Float32Array.from({ length: 48 }, () => next() - 0.5);
    const own = needs(name, 12);
    const wanted = core(name).jvp(Float64Array.from(scores), { shape, ...own, gamma: 0.7 });
    const options = { ...own, gamma: 0.7 };
    const solution = mapping.kind === "closed" ? null : await mapping.solve(array(scores, shape), options);
    const [weights, moved] = jvp(
      (x: np.Array) =>
        mapping.kind === "closed" ? mapping(x, options) : mapping(x, { ...options, solution: solution! }),
      [array(scores, shape)],
      [array(tangent, shape)],
    );
    weights.dispose();
    compare(moved, wanted.pushforward(Float64Array.from(tangent)) as Float64Array, 1e-5);
  });

  it("broadcasts the mask, gamma and a boolean mask", () => {
    const scores = Float32Array.from([3, 1, 2, 0.5, 0.4, 0.9, 1, 1, 0, 2, 2, 1]);
    const wanted = core(name)(scores, {
      shape: [2, 2, 3],
      mask: [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1],
      gamma: [0.5, 0.5, 2, 2],
      ...needs(name, 3),
    });
    const weights = mapping(array(scores, [2, 2, 3]), {
      mask: np.array([true, false, true]),
      gamma: np.array([0.5, 2]).reshape([2, 1, 1]),
      ...needs(name, 3),
    });
    compare(weights, wanted, 1e-6);
  });

  it("refuses a scalar", () => {
    expect(() => mapping(np.array(1))).toThrow(/scores is a scalar/);
  });
});

it("tells what to do when a mapping that the host solves is traced without a solution", () => {
  expect(() => jit((x: np.Array) => mappings["fusedmax"]!(x))(np.array([1, 2]))).toThrow(/withAttention\("fusedmax"\)/);
});

it("needs a slope for the gradient in lambda", async () => {
  const fusedmax = mappings["fusedmax"]!;
  if (fusedmax.kind !== "solved") throw new Error("fusedmax is solved on the host");
  const solution = await fusedmax.solve(np.array([1, 2]), { lambda: 0.1 });
  expect(() => fusedmax(np.array([1, 2]), { lambda: np.array(0.1), solution })).toThrow(/slope is missing/);
});

describe("tvmax", () => {
  it("is the example of its documentation", () => {
    const weights = tvmax(np.array([1, 0.9, 0.1, 0.4, 0, 0.6]), { grid: [2, 3], lambda: 0.1 });
    compare(weights, [0.45, 0.45, 0, 0.05, 0, 0.05], 1e-6);
  });

  it("sees the grid, not the row", async () => {
    const scores = Float32Array.from([2, 0, 1.9, 0, 2.1, 0, 0, 1.8, 0]);
    const found = await Promise.all(
      (
        [
          [3, 3],
          [1, 9],
          [9, 1],
        ] as const
      ).map((grid) => tvmax.solve(array(scores, [9]), { grid, lambda: 0.4 })),
    );
    const [square, wide, tall] = found.map(({ weights, groups, share }) => {
      groups!.dispose();
      share!.dispose();
      return Array.from(weights.dataSync());
    });
    expect(wide).toEqual(tall);
    expect(square).not.toEqual(wide);
    compare(array(Float32Array.from(square!), [9]), core("tvmax")(scores, { grid: [3, 3], lambda: 0.4 }), 0);
  });

  it("tells what is wrong with a grid", async () => {
    expect(() => tvmax(np.array([1, 2]))).toThrow(new TypeError("grid is undefined: [height, width] is needed"));
    expect(() => tvmax(np.array([1, 2]), { grid: [1, 3] })).toThrow("grid [1, 3] has 3 entries but a row has 2");
    await expect(tvmax.solve(np.array([1, 2]), { grid: [2, 0.5] })).rejects.toThrow(
      /^grid\[1\] is 0.5: height and width/,
    );
  });

  it("needs a solution of its own kind", () => {
    const solution = { weights: np.array([0.5, 0.5]) };
    expect(() => tvmax(np.array([1, 2]), { grid: [1, 2], solution })).toThrow(/tvmax: solution.groups is missing/);
  });
});

describe("entmax", () => {
  const shape = [12, 17];
  const next = uniform(23);
  // Rows from nearly flat to far apart.
  const scores = Float32Array.from({ length: 204 }, (_, i) => 0.02 * 1.8 ** Math.floor(i / 17) * (next() + next() - 1));
  const cotangent = Float32Array.from(scores, () => 2 * next() - 1);

  const gradient = async (x: Float32Array, alpha: number) => {
    const solution = await entmax.solve(array(x, shape), { alpha });
    const weighed = (moving: np.Array) => entmax(moving, { alpha, solution }).mul(array(cotangent, shape)).sum();
    return grad(weighed)(array(x, shape));
  };

  it.each([1, 1.0001, 1.2, 1.5, 1.8, 2, 2.5, 4, 10])("equals the core at alpha %f", async (alpha) => {
    const exact = coreEntmax.vjp(Float64Array.from(scores), { shape, alpha });
    const wanted = exact.pullback(Float64Array.from(cotangent)).scores;
    const weights = entmax(array(scores, shape), { alpha }).dataSync();
    const found = (await gradient(scores, alpha)).dataSync();
    for (let start = 0; start < 204; start += 17) {
      // Above alpha = 2 a derivative may be as large as y^(2 - alpha): its row is compared in its own scale.
      const scale = Math.max(1, ...wanted.subarray(start, start + 17).map(Math.abs));
      for (let i = start; i < start + 17; i++) {
        expect(Math.abs(weights[i]! - exact.weights[i]!)).toBeLessThan(1e-6);
        expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThan(5e-6 * scale);
        if (exact.weights[i] === 0) expect([weights[i], Math.abs(found[i]!)]).toEqual([0, 0]);
      }
    }
  });

  it("is softmax at alpha 1 and sparsemax at 2", () => {
    compare(entmax(array(scores, shape), { alpha: 1 }), softmax(array(scores, shape)).dataSync(), 1e-6);
    compare(entmax(array(scores, shape), { alpha: 2 }), sparsemax(array(scores, shape)).dataSync(), 1e-6);
  });

  it.each([1, 1.3, 1.5, 2])("has exact second derivatives at alpha %f", async (alpha) => {
    const direction = Float32Array.from(scores, () => 2 * next() - 1);
    const solution = await entmax.solve(array(scores, shape), { alpha });
    const weighed = (x: np.Array) => entmax(x, { alpha, solution }).mul(array(cotangent, shape)).sum();
    const step = 1e-5;
    const sides = [1, -1].map((sign) => {
      const moved = Float64Array.from(scores, (score, i) => score + sign * step * direction[i]!);
      return coreEntmax.vjp(moved, { shape, alpha }).pullback(Float64Array.from(cotangent)).scores;
    });
    const wanted = sides[0]!.map((value, i) => (value - sides[1]![i]!) / (2 * step));
    const slope = (x: np.Array) => grad(weighed)(x).mul(array(direction, shape)).sum();
    compare(grad(slope)(array(scores, shape)), wanted, 2e-4);
  });

  it("tells what is wrong with alpha or a solution", async () => {
    await expect(entmax.solve(np.array([1, 2]), { alpha: 0.5 })).rejects.toThrow(
      new RangeError("alpha is 0.5: a finite number of 1 or more is needed"),
    );
    const solution = { weights: np.array([0.5, 0.5]) };
    expect(() => entmax(np.array([1, 2]), { solution })).toThrow(/entmax: solution.power is missing/);
  });

  it("is the example of its documentation", () => {
    compare(entmax(np.array([1, 1, -2]), { alpha: 1.5 }), [0.5, 0.5, 0], 1e-7);
  });
});

function compare(got: np.Array, wanted: ArrayLike<number>, tolerance: number): void {
  const values = got.dataSync();
  expect(values.length).toBe(wanted.length);
  values.forEach((value: number, i: number) => {
    expect(Math.abs(value - wanted[i]!), `entry ${i}: ${value} instead of ${wanted[i]}`).toBeLessThanOrEqual(tolerance);
  });
}
