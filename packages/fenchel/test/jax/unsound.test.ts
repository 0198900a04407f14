/** A graph cannot throw: what the core refuses comes out NaN there, with its gradient, and spoils no other row. */
import { grad, init, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import {
  combinedAttention,
  continuousAttention,
  coordinateArray,
  discreteMoments,
  expectedBasis,
  mappings,
  regressionArray,
  withAttention,
  type JaxMapping,
} from "fenchel/jax";
import { fourierBasis, gaussianBasis, piecewiseBasis, registry, type Basis } from "fenchel";
import { beforeAll, describe, expect, it } from "vitest";
import { draw, grid, line } from "./support/continuous.ts";

beforeAll(async () => {
  await init("wasm");
});

const n = 6;
/** This entry of every row is removed: it stays exactly 0. */
const removed = 4;
const array = (values: ArrayLike<number>, size: readonly number[]) =>
  np.array(Float32Array.from(values), { shape: [...size] });

const needs = (name: string) => registry.find((entry) => entry.name === name)!.optionsFor?.(n) ?? {};

interface Row {
  readonly x: readonly number[];
  readonly mask: readonly number[];
  readonly gamma: number;
}

/** Weights and gradients of rows in a graph. Host-solved mappings get the solution of sound rows of the same shape. */
async function inGraph(mapping: JaxMapping, rows: readonly Row[]) {
  const shape = [rows.length, n];
  const own = needs(mapping.mappingName);
  const flat = (key: "x" | "mask") =>
    array(
      rows.flatMap((row) => row[key]),
      shape,
    );
  const solution =
    mapping.kind === "closed" ? undefined : await mapping.solve(array(draw(1, rows.length * n), shape), own);
  const run = (given: { x: np.Array; gamma: np.Array }) => {
    const options = { mask: flat("mask"), gamma: given.gamma };
    if (mapping.kind === "closed") return mapping(given.x, options);
    return mapping(given.x, { ...own, ...options, solution: tree.ref(solution!) });
  };
  const inputs = () => ({
    x: flat("x"),
    gamma: array(
      rows.map((row) => row.gamma),
      [rows.length, 1],
    ),
  });
  const cotangent = draw(2, rows.length * n);
  const gradient = jit(grad((given: ReturnType<typeof inputs>) => run(given).mul(array(cotangent, shape)).sum()))(
    inputs(),
  ) as unknown as { x: np.Array; gamma: np.Array };
  return {
    eager: run(inputs()).dataSync(),
    jitted: jit(run)(inputs()).dataSync(),
    scores: gradient.x.dataSync(),
    gamma: gradient.gamma.dataSync(),
  };
}

const sound: Row = { x: Array.from(draw(3, n, -2, 2)), mask: [1, 1, 1, 1, 0, 1], gamma: 0.7 };
const withEntry = (key: "x" | "mask", value: number) => ({ ...sound, [key]: Array.from(sound[key]).with(2, value) });
const unsound: Record<string, Row> = {
  "a score of NaN": withEntry("x", Number.NaN),
  "a score of Infinity": withEntry("x", Infinity),
  "gamma 0": { ...sound, gamma: 0 },
  "gamma below 0": { ...sound, gamma: -1 },
  "gamma NaN": { ...sound, gamma: Number.NaN },
  "gamma Infinity": { ...sound, gamma: Infinity },
  "a mask that is added": withEntry("mask", -Infinity),
  "a mask of halves": withEntry("mask", 0.5),
  "a mask of NaN": withEntry("mask", Number.NaN),
};

describe.each(Object.keys(mappings))("%s in a graph", (name) => {
  const mapping = mappings[name]!;

  it("comes out NaN where a row is unsound, and only there", async () => {
    const names = Object.keys(unsound);
    const rows = names.flatMap((key) => [sound, unsound[key]!]);
    const found = await inGraph(mapping, rows);
    const wanted = await inGraph(
      mapping,
      rows.map(() => sound),
    );
    for (const key of ["eager", "jitted", "scores"] as const) {
      for (let r = 0; r < rows.length; r++) {
        const row = Array.from(found[key].slice(r * n, (r + 1) * n));
        const title = `${key}, ${r % 2 === 0 ? "beside" : "with"} ${names[Math.floor(r / 2)]}`;
        if (r % 2 === 0) expect(row, title).toEqual(Array.from(wanted[key].slice(r * n, (r + 1) * n)));
        else expect(row, title).toEqual(row.map((_, i) => (i === removed ? 0 : Number.NaN)));
      }
    }
    expect(Array.from(found.gamma, Number.isNaN)).toEqual(rows.map((_, r) => r % 2 === 1));
  });

  it("takes anything where an entry is removed", async () => {
    const rows = [Number.NaN, Infinity, 1e30].map((value) => ({
      ...sound,
      x: Array.from(sound.x).with(removed, value),
    }));
    expect(await inGraph(mapping, rows)).toEqual(
      await inGraph(
        mapping,
        rows.map(() => sound),
      ),
    );
  });

  it("throws for numbers and names of options, which need no look at arrays", () => {
    const x = () => array(sound.x, [1, n]);
    expect(() => mapping(x(), { ...needs(name), gamma: -1 })).toThrow("gamma is -1: a finite number above 0 is needed");
    expect(() => mapping(x(), { ...needs(name), gama: 1 } as object)).toThrow(/options\.gama is unknown/);
  });

  it("throws the core's error where the host solves; a closed form never looks", async () => {
    const bad = () => array(unsound["a score of NaN"]!.x, [1, n]);
    const program = withAttention(name, needs(name)).jit((attend, x: np.Array) => attend(x));
    if (mapping.kind === "closed") {
      expect(Array.from((await program(bad())).dataSync())).toEqual(Array.from(sound.x, () => Number.NaN));
      // A single entry has the weight 1 whatever its score is divided by.
      expect(mapping(np.array([3]), { gamma: np.array([-1]) }).dataSync()[0]).toBeNaN();
      return;
    }
    expect(() => mapping(bad(), needs(name))).toThrow("scores[2] is NaN");
    await expect(mapping.solve(bad(), needs(name))).rejects.toThrow("scores[2] is NaN");
    await expect(program(bad())).rejects.toThrow("scores[2] is NaN");
  });
});

const bases: Record<string, Basis> = {
  line,
  grid,
  scattered: gaussianBasis({ dimension: 2, centres: draw(3, 8, 0, 1), widths: draw(4, 4, 0.1, 0.4) }),
  waves: fourierBasis({ harmonics: 3 }),
  cells: piecewiseBasis({ count: 4 }),
};

describe.each(Object.entries(bases))("expectations of %s", (_, basis) => {
  const { dimension } = basis;
  interface Density {
    readonly location: readonly number[];
    readonly scale2: readonly number[];
    readonly alpha: number;
  }
  const good: Density =
    dimension === 1
      ? { location: [0.4], scale2: [0.03], alpha: 1.6 }
      : { location: [0.4, 0.6], scale2: [0.03, 0.005, 0.005, 0.02], alpha: 1.6 };
  const at = (key: "location" | "scale2", value: number) => ({ ...good, [key]: good[key].with(0, value) });
  const inParameters: Record<string, Density> = {
    "location NaN": at("location", Number.NaN),
    "location Infinity": at("location", Infinity),
    "scale 0": at("scale2", 0),
    "scale below 0": at("scale2", -0.1),
    "scale NaN": at("scale2", Number.NaN),
    "scale Infinity": at("scale2", Infinity),
    ...(dimension === 2 ? { "a singular scale": { ...good, scale2: [0.04, 0.04, 0.04, 0.04] } } : {}),
  };
  const inAlpha: Record<string, Density> = {
    "alpha 1": { ...good, alpha: 1 },
    "alpha 0.5": { ...good, alpha: 0.5 },
    "alpha NaN": { ...good, alpha: Number.NaN },
    "alpha Infinity": { ...good, alpha: Infinity },
  };

  it.each([undefined, 1, 1.5, 2])("alpha %s", (alpha) => {
    const bad = alpha === undefined ? { ...inParameters, ...inAlpha } : inParameters;
    const names = Object.keys(bad);
    const rows = names.flatMap((name) => [good, bad[name]!]);
    const size = (each: readonly number[]) => [rows.length, ...each];
    const inputs = (densities: readonly Density[]) => ({
      location: array(
        densities.flatMap((row) => row.location),
        size(dimension === 1 ? [] : [2]),
      ),
      scale2: array(
        densities.flatMap((row) => row.scale2),
        size(dimension === 1 ? [] : [2, 2]),
      ),
      ...(alpha === undefined
        ? {
            alpha: array(
              densities.map((row) => row.alpha),
              size([]),
            ),
          }
        : {}),
    });
    type Inputs = Record<"location" | "scale2" | "alpha", np.Array>;
    const cotangent = draw(9, rows.length * basis.count);
    const step = jit(
      valueAndGrad(
        (given: Inputs) => {
          const expected = expectedBasis(basis, alpha === undefined ? given : { ...given, alpha });
          return [expected.ref.mul(array(cotangent, size([basis.count]))).sum(), expected] as [np.Array, np.Array];
        },
        { hasAux: true },
      ),
    );
    const run = (densities: readonly Density[]) => {
      const [[sum, value], gradient] = step(inputs(densities) as Inputs) as unknown as [[np.Array, np.Array], Inputs];
      sum.dispose();
      return { value, ...gradient };
    };
    const found = run(rows);
    const wanted = run(rows.map(() => good));
    for (const [key, values] of Object.entries(found)) {
      const each = values.size / rows.length;
      const got = values.dataSync();
      const exact = wanted[key as "value"].dataSync();
      for (let i = 0; i < got.length; i++) {
        const r = Math.floor(i / each);
        const title = `${key}[${i}] ${r % 2 === 0 ? "beside" : "with"} ${names[Math.floor(r / 2)]}`;
        if (r % 2 === 1) expect(got[i], title).toBeNaN();
        else expect(got[i], title).toBe(exact[i]);
      }
    }
    step.dispose();
  });

  it("what does not depend on the density, neither", () => {
    const constant = expectedBasis(fourierBasis({ harmonics: 0 }), {
      location: np.array([0.5, Number.NaN]),
      scale2: np.array([1, 1]),
    });
    expect(Array.from(constant.dataSync())).toEqual([1, Number.NaN]);
  });
});

describe("combined attention and moments", () => {
  const positions = 4;
  const weights = [0.1, 0.2, 0.3, 0.4, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0];
  const regression = () => regressionArray(line, [4, 4, 0], positions);
  const coordinates = () => coordinateArray(line, [4, 4, 0], positions);
  const values = draw(5, 3 * positions * 2);
  const combine = (given: np.Array) =>
    combinedAttention(array(values, [3, positions, 2]), given, {
      basis: line,
      regression: regression(),
      coordinates: coordinates(),
    });

  it.each([
    ["NaN", weights.with(5, Number.NaN)],
    ["below 0", weights.with(4, -0.25).with(5, 0.75)],
    ["a sum that is not 1", weights.with(5, 0.5)],
    ["Infinity", weights.with(5, Infinity)],
  ])("weights: %s", (_, spoilt) => {
    const found = jit(combine)(array(spoilt, [3, positions])).dataSync();
    const wanted = jit(combine)(array(weights, [3, positions])).dataSync();
    const gradient = jit(grad((given: np.Array) => combine(given).sum()))(array(spoilt, [3, positions])).dataSync();
    expect(Array.from(found.slice(2, 4), Number.isNaN)).toEqual([true, true]);
    for (const at of [0, 1, 4, 5]) expect(found[at]).toBe(wanted[at]);
    gradient.forEach((entry: number, at: number) =>
      expect(Number.isNaN(entry), `${at}`).toBe(Math.floor(at / 4) === 1),
    );
    const { location, scale2 } = discreteMoments(array(spoilt, [3, positions]), coordinates(), { alpha: 2 });
    expect(Array.from(location.dataSync(), Number.isNaN)).toEqual([false, true, false]);
    expect(Array.from(scale2.dataSync(), Number.isNaN)).toEqual([false, true, false]);
  });

  it("an empty row of zeros gives zeros", () => {
    expect(
      Array.from(
        combine(array(weights, [3, positions]))
          .dataSync()
          .slice(4),
      ),
    ).toEqual([0, 0]);
  });

  it("a value that is NaN reaches the context of its own row", () => {
    const context = continuousAttention(array(Array.from(values).with(9, Number.NaN), [3, positions, 2]), {
      basis: line,
      regression: regression(),
      location: array([0.3, 0.5, 0.6], [3]),
      scale2: array([0.1, 0.1, 0.1], [3]),
    }).dataSync();
    expect(Array.from(context, Number.isNaN)).toEqual([false, false, false, true, false, false]);
  });
});
