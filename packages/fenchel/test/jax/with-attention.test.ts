/** Attenders: programs with attention in them equal the mappings, forward and backward, and keep nothing. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { entmax, fusedmax, oscarmax, registry, tvmax } from "fenchel";
import { withAttention, mappings, type Attend, type AttenderOptions, type Numbers } from "fenchel/jax";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { uniform } from "../support/rows-of-scores.ts";

beforeAll(async () => {
  await init("wasm");
});

type Params = { readonly query: np.Array; readonly other: np.Array };

const batch = 3;
const words = 7;
const features = 4;

function numbers(seed: number, size: number): Float32Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float32Array.from({ length: size }, () => 3 * next() - 1.5);
}

const makeParams = (): Params => ({ query: np.array(numbers(1, features)), other: np.array(numbers(2, features)) });
const makeKeys = (seed = 3) => np.array(numbers(seed, batch * words * features)).reshape([batch, words, features]);
const makeMask = () => np.less(np.arange(words), np.array([7, 5, 2]).reshape([batch, 1]));

/** Context of attention with a query vector: scores, weights, weighted sum. */
function context(attend: Attend, keys: np.Array, query: np.Array, mask: np.Array): np.Array {
  const weights = attend(np.matmul(keys.ref, query), { mask });
  return weights.reshape([batch, words, 1]).mul(keys).sum(1);
}

/** Two attentions that do not need each other. */
function sideBySide(attend: Attend, { query, other }: Params, keys: np.Array, mask: np.Array): np.Array {
  const first = context(attend, keys.ref, query, mask.ref);
  return np.square(first.add(context(attend, keys, other, mask))).sum();
}

/** A second attention whose query is the context of the first. */
function stacked(attend: Attend, { query, other }: Params, keys: np.Array, mask: np.Array): np.Array {
  const first = context(attend, keys.ref, query, mask.ref);
  const second = first.mul(other).reshape([batch, 1, features]);
  const weights = attend(keys.ref.mul(second).sum(-1), { mask, gamma: 0.5 });
  return np.square(weights.reshape([batch, words, 1]).mul(keys).sum(1)).sum();
}

/** Central differences of a program's value in one parameter, in the direction of one coordinate. */
async function difference(
  run: (params: Params) => Promise<number>,
  name: keyof Params,
  at: number,
  step: number,
): Promise<number> {
  const side = (sign: number) => {
    const values = numbers(name === "query" ? 1 : 2, features);
    values[at] = values[at]! + sign * step;
    const params = makeParams();
    params[name].dispose();
    return run({ ...params, [name]: np.array(values) });
  };
  return ((await side(1)) - (await side(-1))) / (2 * step);
}

/** Programs for rows of n entries: a mapping on grids is told theirs. */
function transformFor(name: string, n: number, options: Numbers = {}) {
  const needed = registry.find((entry) => entry.name === name)?.optionsFor?.(n) ?? {};
  return withAttention(name, { ...needed, ...options } as AttenderOptions);
}

/** Memory held on purpose, see the leak test. */
const ballast: np.Array[] = [];

const models = { sideBySide, stacked };

describe.each(Object.keys(mappings))("%s", (name) => {
  it.each(Object.keys(models) as (keyof typeof models)[])("differentiates the model %s", async (model) => {
    const attention = transformFor(name, words, { gamma: 1.2 });
    const program = models[model];
    const step = attention.valueAndGrad(program);
    const valueOnly = attention.jit(program);
    const [value, gradient] = await step(makeParams(), makeKeys(), makeMask());
    const run = async (params: Params) => (await valueOnly(params, makeKeys(), makeMask())).item();
    expect(value.item()).toBeCloseTo(await run(makeParams()), 5);
    for (const key of ["query", "other"] as const) {
      const found = gradient[key].dataSync();
      for (let at = 0; at < features; at++) {
        const expected = await difference(run, key, at, 4e-3);
        expect(Math.abs(found[at]! - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
      }
    }
    step.dispose();
    valueOnly.dispose();
  });

  it("consumes its arguments, returns arrays owned once, and compiles each shape once", async () => {
    const step = transformFor(name, words).valueAndGradWithAux(
      (attend, params: Params, keys: np.Array, mask: np.Array) => {
        const size = keys.shape[0]!;
        params.other.dispose();
        const weights = attend(np.matmul(keys.ref, params.query), { mask });
        return [weights.ref.reshape([size, words, 1]).mul(keys).sum(), weights];
      },
    );
    const params = makeParams();
    const keys = makeKeys();
    const mask = makeMask();
    for (let i = 0; i < 3; i++) {
      const [value, weights, gradient] = await step(tree.ref(params), keys.ref, mask.ref);
      expect(weights.shape).toEqual([batch, words]);
      expect(weights.refCount).toBe(1);
      expect(gradient.query.refCount).toBe(1);
      const sums = weights.sum(-1).dataSync();
      sums.forEach((sum: number) => expect(sum).toBeCloseTo(1, 5));
      value.dispose();
      tree.dispose(gradient);
    }
    const short = np.array(numbers(5, words * features)).reshape([1, words, features]);
    const [value, weights, gradient] = await step(
      params,
      short,
      np.array([[true, true, true, false, true, false, true]]),
    );
    expect(weights.js()[0][3]).toBe(0);
    value.dispose();
    tree.dispose(gradient);
    expect(params.query.refCount).toBe(0);
    expect(keys.refCount).toBe(1);
    expect(mask.refCount).toBe(1);
    step.dispose();
  });

  it("leaves nothing behind", async () => {
    const size = 64;
    const n = 128;
    const step = transformFor(name, n).valueAndGrad((attend, x: np.Array, y: np.Array) => attend(x).mul(y).sum());
    const x = np.array(numbers(8, size * n)).reshape([size, n]);
    const once = async () => {
      const [value, gradient] = await step(x.ref, x.ref);
      value.dispose();
      await gradient.blockUntilReady();
      gradient.dispose();
    };
    for (let i = 0; i < 20; i++) await once();
    // The engine's arrays live in one WebAssembly memory. A step makes at least five arrays of 32 KiB: were one of them
    // leaked each time, that memory would have to grow by 16 MiB.
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
    for (let i = 0; i < 500; i++) await once();
    expect(grow).not.toHaveBeenCalled();
    // The same measure sees a leak of that size; what it sees stays, so that the next test finds no free memory.
    for (let i = 0; i < 500; i++)
      ballast.push(
        await np
          .array(numbers(i, size * n))
          .mul(2)
          .blockUntilReady(),
      );
    expect(grow).toHaveBeenCalled();
    grow.mockRestore();
    expect(x.refCount).toBe(1);
    step.dispose();
  });
});

describe("gradients in traced parameters through a transform", () => {
  const shape = [2, 6];
  const scores = Float32Array.from([1, 2.1, 1.9, 0.3, 0.2, 1.8, 0.1, 0.5, 0.45, 0.9, -0.4, 0.7]);
  const cotangent = Float32Array.from([1, -2, 0.5, 0, 3, -1, 2, 0.5, -1, 0.2, 0.3, 1]);

  it.each([
    ["fusedmax", fusedmax, {}],
    ["oscarmax", oscarmax, {}],
    ["tvmax", tvmax, { grid: [2, 3] }],
  ] as const)("%s equals the core", async (name, mapping, own) => {
    const core = mapping as typeof fusedmax;
    const step = withAttention(name, own).valueAndGrad(
      (attend, { x, gamma, lambda }: { x: np.Array; gamma: np.Array; lambda: np.Array }) =>
        attend(x, { gamma, lambda }).mul(np.array(cotangent).reshape(shape)).sum(),
    );
    const [value, gradient] = await step({
      x: np.array(scores).reshape(shape),
      gamma: np.array(1.5),
      lambda: np.array(0.07),
    });
    const exact = core.vjp(Float64Array.from(scores), {
      shape,
      ...own,
      gamma: Math.fround(1.5),
      lambda: Math.fround(0.07),
    });
    const wanted = exact.pullback(Float64Array.from(cotangent));
    const sum = exact.weights.reduce((total, weight, i) => total + weight * cotangent[i]!, 0);
    expect(value.item()).toBeCloseTo(sum, 5);
    gradient.x.dataSync().forEach((found: number, i: number) => expect(found).toBeCloseTo(wanted.scores[i]!, 5));
    expect(Math.abs(gradient.gamma.item() - wanted.gamma)).toBeLessThan(1e-5);
    expect(Math.abs(gradient.lambda.item() - wanted.lambda)).toBeLessThan(1e-5);
  });
});

describe("withAttention", () => {
  it("names what it knows when the mapping is unknown", () => {
    expect(() => withAttention("sofmax")).toThrow('mapping "sofmax" is unknown: it must be one of softmax, sparsemax');
    expect(() => withAttention("toString")).toThrow(RangeError);
  });

  it("refuses options that are out of range or not the mapping's", () => {
    expect(() => withAttention("oscarmax", { lambda: -1 })).toThrow(
      "lambda is -1: a finite number of 0 or more is needed",
    );
    expect(() => withAttention("softmax", { gamma: 0 })).toThrow("gamma is 0: a finite number above 0 is needed");
    expect(() => withAttention("sparsemax", { lambda: 0.1 })).toThrow("options.lambda is unknown to sparsemax");
    expect(() => withAttention("fusedmax", { grid: [1, 2] })).toThrow("options.grid is unknown to fusedmax");
    expect(() => withAttention("tvmax")).toThrow(new TypeError("grid is undefined: [height, width] is needed"));
    expect(() => withAttention("tvmax", { grid: [2, -1] })).toThrow("grid[1] is -1: height and width must be integers");
    expect(() => withAttention("entmax", { alpha: 0.9 })).toThrow(
      new RangeError("alpha is 0.9: a finite number of 1 or more is needed"),
    );
    expect(() => withAttention("entmax", { lambda: 0.1 })).toThrow(
      new TypeError("options.lambda is unknown to entmax: it takes gamma, alpha"),
    );
    expect(() => withAttention("softmax", { alpha: 1 })).toThrow("options.alpha is unknown to softmax");
    const text = { gamma: "1" } as unknown as Numbers;
    expect(() => withAttention("softmax", text)).toThrow(
      new TypeError('gamma is "1": a finite number above 0 is needed'),
    );
  });

  it("takes every mapping of the registry that runs in programs", () => {
    const known = registry.map((entry) => entry.name);
    for (const name of Object.keys(mappings)) expect(known).toContain(name);
    expect(withAttention(mappings["fusedmax"]!, { lambda: 0.2 }).mappingName).toBe("fusedmax");
  });

  it("lets a call's options go before those of the program; those that the mapping does not take do nothing", async () => {
    const scores = [1, 0.2, 0.9, 0.1, 0.6, 0.3];
    const lambda = np.array(0.3);
    const program = (attend: Attend, x: np.Array, strength: np.Array) =>
      attend(x, { grid: [3, 2], gamma: undefined, lambda: strength });
    const weights = await withAttention("tvmax", { grid: [2, 3], gamma: 0.5 }).jit(program)(
      np.array(scores),
      lambda.ref,
    );
    const wanted = tvmax(Float32Array.from(scores), { grid: [3, 2], gamma: 0.5, lambda: Math.fround(0.3) });
    expect(weights.dataSync()).toEqual(wanted);
    const even = await withAttention("sparsemax", { gamma: 0.5 }).jit(program)(np.array(scores), lambda.ref);
    expect(even.dataSync()[0]).toBeCloseTo(0.6, 6);
    expect(lambda.refCount).toBe(1);
  });

  it.each([1, 1.3, 2, 3])("differentiates a model with entmax at alpha %f, and in a traced gamma", async (alpha) => {
    const scores = Float32Array.from([1, 0.2, 0.9, 0.1, 0.6, 0.3, 0.7, -1]);
    const cotangent = Float32Array.from([1, -2, 0.5, 0, 3, -1, 2, 0.5]);
    const step = withAttention("entmax", { alpha }).valueAndGrad(
      (attend, { x, gamma }: { x: np.Array; gamma: np.Array }) =>
        attend(x.reshape([2, 4]), { gamma })
          .mul(np.array(cotangent).reshape([2, 4]))
          .sum(),
    );
    const [value, gradient] = await step({ x: np.array(scores), gamma: np.array(0.75) });
    const exact = entmax.vjp(Float64Array.from(scores), { shape: [2, 4], alpha, gamma: 0.75 });
    const wanted = exact.pullback(Float64Array.from(cotangent));
    const sum = exact.weights.reduce((total, weight, i) => total + weight * cotangent[i]!, 0);
    expect(value.item()).toBeCloseTo(sum, 5);
    const found = gradient.x.dataSync();
    wanted.scores.forEach((partial, i) => expect(found[i]).toBeCloseTo(partial, 5));
    expect(gradient.gamma.item()).toBeCloseTo(wanted.gamma, 5);
  });

  it("rejects with the core's error when rows are not the grid's", async () => {
    const weights = withAttention("tvmax", { grid: [2, 2] }).jit((attend, x: np.Array) => attend(x));
    await expect(weights(np.array([1, 2, 3]))).rejects.toThrow("grid [2, 2] has 4 entries but a row has 3");
  });

  it("rejects with the core's error and frees what it was given", async () => {
    const step = withAttention("fusedmax").valueAndGrad((attend, x: np.Array) => attend(x).sum());
    const x = np.array([1, Number.NaN, 2]);
    await expect(step(x)).rejects.toThrow(/scores\[1\] is NaN/);
    expect(x.refCount).toBe(0);
  });

  it("is the example of its documentation", async () => {
    const step = withAttention("fusedmax", { lambda: 0.1 }).valueAndGrad((attend, x: np.Array) =>
      attend(x)
        .mul(np.array([1, 2, 4]))
        .sum(),
    );
    const [value, gradient] = await step(np.array([1, 2.1, 1.9]));
    expect(value.item()).toBeCloseTo(3, 6);
    expect(gradient.js()).toEqual([0, 0, 0]);
  });
});
