import { grad, init, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import * as core from "fenchel";
import { gaussianBasis, gaussianGrid, type Basis } from "fenchel";
import {
  attender,
  combinedAttention,
  continuousAttention,
  coordinateArray,
  discreteMoments,
  expectedBasis,
  positionWeights,
  regressionArray,
} from "fenchel/jax";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { randomNumbers } from "./random.ts";

beforeAll(async () => {
  await init("wasm");
});

type Floats = Float32Array<ArrayBuffer>;

const draw = (seed: number, size: number, from = -1, to = 1): Floats => {
  const next = randomNumbers(seed);
  return Float32Array.from({ length: size }, () => from + (to - from) * next());
};

const array = (values: Floats, shape: readonly number[]) => np.array(values.slice(), { shape: [...shape] });
const wide = (values: ArrayLike<number>) => Float64Array.from(values);

/** Every entry within `tolerance` times `scale`, by default the largest wanted one. */
function near(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what: string,
  scale = Math.max(1e-30, ...Array.from(wanted, Math.abs)),
): void {
  expect(found.length).toBe(wanted.length);
  Array.from(found).forEach((value, i) => {
    const message = `${what} ${i}: ${value} instead of ${wanted[i]}`;
    expect(Math.abs(value - wanted[i]!), message).toBeLessThanOrEqual(tolerance * scale);
  });
}

/** Squared scales (the plane: matrices of several shapes and tilts), one a row. */
function scalesOf(dimension: 1 | 2, sizes: readonly number[]): Floats {
  if (dimension === 1) return Float32Array.from(sizes);
  const next = randomNumbers(23);
  return Float32Array.from(
    sizes.flatMap((size) => {
      const other = size * (0.2 + next());
      const off = 0.9 * (2 * next() - 1) * Math.sqrt(size * other);
      return [size, off, off, other];
    }),
  );
}

const line = gaussianGrid({ count: 8, widths: [0.03, 0.1, 0.5] });
const grid = gaussianGrid({ count: 5, widths: [0.1, 0.3], dimension: 2 });
const scattered = gaussianBasis({
  dimension: 2,
  centres: draw(3, 18, 0, 1),
  widths: draw(4, 9, 0.1, 0.4),
});

const waves = core.fourierBasis({ harmonics: 5 });
const cells = core.piecewiseBasis({ count: 6 });

const bases: Record<string, Basis> = { line, grid, scattered, waves, cells };

/** From far narrower than every function to wider than the sequence. */
const sizes = [1e-6, 1e-4, 1e-2, 0.1, 1, 30];

/** Fourier functions have nodes for standard deviations of up to 1/2. */
const narrower = [1e-6, 1e-4, 1e-2, 0.03, 0.1, 0.2];

const cases = [
  ...[1, 4 / 3, 1.5, 2, 2.5, 1.1, 4].map((alpha) => ["line", alpha] as const),
  ...[1, 2, 1.5, 2.5].map((alpha) => ["grid", alpha] as const),
  ...[1, 2, 2.5].map((alpha) => ["scattered", alpha] as const),
  ...[1, 4 / 3, 2, 2.5, 1.1].map((alpha) => ["cells", alpha] as const),
  ...[1, 4 / 3, 2, 2.5, 1.1].map((alpha) => ["waves", alpha] as const),
];

type Density = { readonly location: np.Array; readonly scale2: np.Array };

describe("expectedBasis", () => {
  it.each(cases)("equals the core, forward and backward: %s, alpha %s", (name, alpha) => {
    const basis = bases[name]!;
    const n = basis.dimension;
    const rows = sizes.length;
    const location = draw(5, rows * n, -0.1, 1.1);
    const scale2 = scalesOf(n, name === "waves" ? narrower : sizes);
    const cotangent = draw(6, rows * basis.count);
    const density = () => ({
      location: array(location, n === 1 ? [rows] : [rows, 2]),
      scale2: array(scale2, n === 1 ? [rows] : [rows, 2, 2]),
    });
    const exact = core.basisExpectation.vjp(basis, { location: wide(location), scale2: wide(scale2), alpha });
    const program = (given: Density) => {
      const expected = expectedBasis(basis, { ...given, alpha });
      return [expected.ref.mul(array(cotangent, [rows, basis.count])).sum(), expected] as [np.Array, np.Array];
    };
    const step = jit(valueAndGrad(program, { hasAux: true }));
    const [[sum, value], gradient] = step(density()) as unknown as [[np.Array, np.Array], Density];
    sum.dispose();
    const wanted = exact.pullback(wide(cotangent));
    // A sum over functions is compared with the sum of its terms' magnitudes, row by row: scales differ by magnitudes.
    const magnitude = { location: new Float64Array(rows * n), scale2: new Float64Array(rows * n * n) };
    for (let j = 0; j < basis.count; j++) {
      const one = exact.pullback(wide(cotangent).map((entry, i) => (i % basis.count === j ? entry : 0)));
      for (const key of ["location", "scale2"] as const) {
        one[key].forEach((entry, i) => (magnitude[key][i] = magnitude[key][i]! + Math.abs(entry)));
      }
    }
    // Under a wide density the derivative of a Gaussian is a sum of terms of both signs that nearly cancel: 2e-7 of the terms.
    const rounding = Array.from({ length: rows }, (_, b) => {
      if (basis.kind !== "gaussian") return 0;
      let terms = 0;
      basis.widths.forEach((width, j) => (terms += exact.expectation[b * basis.count + j]! / width));
      return 5e-3 * terms;
    });
    const found = value.dataSync();
    const got = { location: gradient.location.dataSync(), scale2: gradient.scale2.dataSync() };
    for (let b = 0; b < rows; b++) {
      const row = (values: ArrayLike<number>, each: number) => Array.from(values).slice(b * each, (b + 1) * each);
      const wantedRow = row(exact.expectation, basis.count);
      near(row(found, basis.count), wantedRow, 1e-5, `row ${b} function`, Math.max(0.03, ...wantedRow.map(Math.abs)));
      for (const [key, each] of [
        ["location", n],
        ["scale2", n * n],
      ] as const) {
        const scale = Math.max(1e-3, ...row(magnitude[key], each)) + rounding[b]!;
        near(row(got[key], each), row(wanted[key], each), 4e-5, `row ${b} ${key}`, scale);
      }
    }
    step.dispose();
  });

  it.each([
    ["line", 1.1, 1e-3],
    ["line", 1.5, 1e-4],
    ["line", 2, 1e-4],
    ["line", 3, 1e-4],
    ["cells", 1.5, 1e-3],
    ["waves", 1.5, 1e-3],
    ["grid", 1.5, 1e-4],
    ["grid", 2, 1e-4],
  ] as const)("has the core's gradient in a traced alpha: %s, alpha %s", (name, middle, tolerance) => {
    const basis = bases[name]!;
    const n = basis.dimension;
    const rows = 4;
    const alpha = Float32Array.of(middle, middle + 0.013, middle + 0.03, middle + 0.1);
    const location = draw(5, rows * n, 0, 1);
    const scale2 = scalesOf(n, [1e-4, 0.01, 0.1, 1]);
    const cotangent = draw(6, rows * basis.count);
    const exact = core.basisExpectation.vjp(basis, {
      location: wide(location),
      scale2: wide(scale2),
      alpha: wide(alpha),
      alphaGradient: true,
    });
    const wanted = exact.pullback(wide(cotangent));
    const step = jit(
      valueAndGrad(({ traced, ...given }: Density & { traced: np.Array }) =>
        expectedBasis(basis, { ...given, alpha: traced })
          .mul(array(cotangent, [rows, basis.count]))
          .sum(),
      ),
    );
    const [value, gradient] = step({
      traced: array(alpha, [rows]),
      location: array(location, n === 1 ? [rows] : [rows, 2]),
      scale2: array(scale2, n === 1 ? [rows] : [rows, 2, 2]),
    }) as unknown as [np.Array, Density & { traced: np.Array }];
    const sum = exact.expectation.reduce((total, entry, i) => total + entry * cotangent[i]!, 0);
    expect(Math.abs(value.item() - sum)).toBeLessThan(1e-5 * basis.count * Math.max(...exact.expectation));
    near(gradient.traced.dataSync(), wanted.alpha!, tolerance, "alpha");
    near(gradient.location.dataSync(), wanted.location, 1e-4, "location");
    step.dispose();
    gradient.scale2.dispose();
  });

  it("takes a scalar array for alpha", () => {
    const density = () => ({ location: np.array([0.2, 0.7]), scale2: np.array([0.01, 0.1]) });
    const whole = expectedBasis(line, { ...density(), alpha: np.array(1.5) });
    near(whole.dataSync(), expectedBasis(line, { ...density(), alpha: 1.5 }).dataSync(), 1e-5, "function");
  });

  it("goes to the functions themselves as the scale goes to 0", () => {
    const location = draw(5, 4, 0, 1);
    for (const alpha of [1, 2, 2.5]) {
      const value = expectedBasis(line, {
        location: array(location, [4]),
        scale2: np.full([4], 1e-16),
        alpha,
      });
      near(value.dataSync(), line.evaluate(location), 2e-5, `alpha ${alpha}, function`);
    }
  });

  it("has grids of any shape and many widths", () => {
    const centres = [0.1, 0.4, 0.9].flatMap((y) => [0, 0.3, 0.5, 0.8, 1].flatMap((x) => [x, y]));
    const basis = gaussianBasis({ dimension: 2, centres, widths: 0.2 });
    const location = draw(11, 8, 0, 1);
    const scale2 = scalesOf(2, [0.3, 0.02, 0.1, 1]);
    const value = expectedBasis(basis, { location: array(location, [4, 2]), scale2: array(scale2, [4, 2, 2]) });
    const wanted = core.basisExpectation(basis, { location: wide(location), scale2: wide(scale2) });
    near(value.dataSync(), wanted, 1e-5, "function");
  });

  it("can be made coarser", () => {
    const density = () => ({
      location: np.array([[0.4, 0.6]]),
      scale2: np.array([
        [
          [0.02, 0],
          [0, 0.02],
        ],
      ]),
    });
    const wanted = core.basisExpectation(grid, { location: [0.4, 0.6], scale2: [0.02, 0, 0, 0.02] });
    const error = (options: { nodes?: number; slices?: number }) => {
      const found = expectedBasis(grid, { ...density(), ...options }).dataSync();
      return Math.max(...wanted.map((entry, j) => Math.abs(entry - found[j]!)));
    };
    const fine = error({});
    expect(fine).toBeLessThan(1e-5);
    for (const coarse of [{ nodes: 3 }, { slices: 4 }]) {
      expect(error(coarse)).toBeGreaterThan(10 * fine);
      expect(error(coarse)).toBeLessThan(1);
    }
  });
});

/** Values, lengths (odd, even, 1 and 0) and density of a small batch of texts. */
const texts = { lengths: [7, 6, 5, 1, 0], positions: 7, features: 3 };
const batch = texts.lengths.length;
const values = draw(7, batch * texts.positions * texts.features);
const valueShape = [batch, texts.positions, texts.features];

/** Distributions over each row's own length; one-hot in the third row, zeros in the empty one. */
function weightsOf(lengths: readonly number[], positions: number): Floats {
  const weights = new Float32Array(lengths.length * positions);
  const raw = draw(8, weights.length, 0.1, 1);
  lengths.forEach((length, b) => {
    const row = raw.subarray(b * positions, b * positions + length).map((w, l) => (b === 2 ? (l === 1 ? 1 : 0) : w));
    const sum = row.reduce((total, weight) => total + weight, 0);
    weights.set(
      row.map((weight) => weight / sum),
      b * positions,
    );
  });
  return weights;
}

type Step = { readonly values: np.Array; readonly location: np.Array; readonly scale2: np.Array };

describe("continuousAttention", () => {
  it.each([1, 4 / 3, 1.5, 2, 2.5])("equals the core on texts of several lengths, alpha %s", (alpha) => {
    const { lengths, positions, features } = texts;
    const location = draw(9, batch, 0, 1);
    const scale2 = Float32Array.of(1e-4, 0.01, 0.05, 0.2, 1);
    const cotangent = draw(10, batch * features);
    const exact = core.continuousAttention.vjp(wide(values), {
      shape: valueShape,
      lengths,
      basis: line,
      location: wide(location),
      scale2: wide(scale2),
      alpha,
    });
    const wanted = exact.pullback(wide(cotangent));
    const program = ({ values: v, ...density }: Step, regression: np.Array) => {
      const context = continuousAttention(v, { ...density, alpha, basis: line, regression });
      return [context.ref.mul(array(cotangent, [batch, features])).sum(), context] as [np.Array, np.Array];
    };
    const step = jit(valueAndGrad(program, { hasAux: true }));
    const [[value, context], gradient] = step(
      {
        values: array(values, valueShape),
        location: array(location, [batch]),
        scale2: array(scale2, [batch]),
      },
      regressionArray(line, lengths, positions),
    ) as unknown as [[np.Array, np.Array], Step];
    value.dispose();
    expect(context.ref.slice(4).js()).toEqual([0, 0, 0]);
    near(context.dataSync(), exact.context, 1e-5, "context");
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    const got = { location: gradient.location.dataSync(), scale2: gradient.scale2.dataSync() };
    for (let b = 0; b < batch; b++) {
      near([got.location[b]!], [wanted.location[b]!], 2e-4, `row ${b} location`);
      near([got.scale2[b]!], [wanted.scale2[b]!], 2e-4, `row ${b} scale2`);
    }
    step.dispose();
  });

  it.each([1, 2])("equals the core on images, alpha %s", (alpha) => {
    const [rows, columns, features] = [3, 4, 2];
    const images = 3;
    const cells = rows * columns;
    const pixels = draw(12, images * cells * features);
    const location = draw(13, images * 2, 0, 1);
    const scale2 = scalesOf(2, [1e-3, 0.05, 0.3]);
    const cotangent = draw(14, images * features);
    const exact = core.continuousAttention.vjp(wide(pixels), {
      shape: [images, rows, columns, features],
      basis: grid,
      location: wide(location),
      scale2: wide(scale2),
      alpha,
      ridge: 0.5,
      padding: 0.5,
    });
    const wanted = exact.pullback(wide(cotangent));
    const program = ({ values: v, ...density }: Step, regression: np.Array) => {
      const context = continuousAttention(v, { ...density, alpha, basis: grid, regression });
      return [context.ref.mul(array(cotangent, [images, features])).sum(), context] as [np.Array, np.Array];
    };
    const step = jit(valueAndGrad(program, { hasAux: true }));
    const [[value, context], gradient] = step(
      {
        values: array(pixels, [images, cells, features]),
        location: array(location, [images, 2]),
        scale2: array(scale2, [images, 2, 2]),
      },
      regressionArray(grid, [rows, columns], cells, { ridge: 0.5, padding: 0.5 }),
    ) as unknown as [[np.Array, np.Array], Step];
    value.dispose();
    near(context.dataSync(), exact.context, 1e-5, "context");
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    near(gradient.location.dataSync(), wanted.location, 1e-4, "location");
    near(gradient.scale2.dataSync(), wanted.scale2, 2e-4, "scale2");
    step.dispose();
  });

  it("leaves nothing behind and consumes its arguments", async () => {
    const size = 64;
    const count = 128;
    const features = 8;
    const given = {
      values: np.array(draw(1, size * count * features)).reshape([size, count, features]),
      location: np.array(draw(2, size, 0, 1)),
      scale2: np.array(draw(3, size, 0.01, 0.1)),
      alpha: np.array(1.7),
    };
    const regression = regressionArray(line, new Int32Array(size).fill(count), count);
    const step = jit(
      valueAndGrad(({ values: v, ...density }: typeof given, matrix: np.Array) =>
        np.square(continuousAttention(v, { ...density, basis: line, regression: matrix })).sum(),
      ),
    );
    const once = async () => {
      const [value, gradient] = step(tree.ref(given), regression.ref) as unknown as [np.Array, typeof given];
      value.dispose();
      await gradient.values.blockUntilReady();
      tree.dispose(gradient);
    };
    const eager = () => {
      const { values: v, ...density } = tree.ref(given);
      continuousAttention(v, { ...density, basis: line, regression: regression.ref }).dispose();
    };
    for (let i = 0; i < 20; i++) await once();
    eager();
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
    for (let i = 0; i < 100; i++) await once();
    for (let i = 0; i < 10; i++) eager();
    expect(grow).not.toHaveBeenCalled();
    grow.mockRestore();
    for (const kept of [...tree.leaves(given), regression] as np.Array[]) expect(kept.refCount).toBe(1);
    step.dispose();
  });
});

type Combined = { readonly values: np.Array; readonly weights: np.Array };

describe("combinedAttention", () => {
  it.each([1, 4 / 3, 2, 2.5])("equals the core on texts of several lengths, alpha %s", (alpha) => {
    const { lengths, positions, features } = texts;
    const weights = weightsOf(lengths, positions);
    const cotangent = draw(15, batch * features);
    const exact = core.combinedAttention.vjp(wide(values), wide(weights), {
      shape: valueShape,
      lengths,
      basis: line,
      alpha,
    });
    const wanted = exact.pullback(wide(cotangent));
    const step = jit(
      valueAndGrad(
        (given: Combined, regression: np.Array, coordinates: np.Array) => {
          const context = combinedAttention(given.values, given.weights, {
            alpha,
            basis: line,
            regression,
            coordinates,
          });
          return [context.ref.mul(array(cotangent, [batch, features])).sum(), context] as [np.Array, np.Array];
        },
        { hasAux: true },
      ),
    );
    const [[value, context], gradient] = step(
      { values: array(values, valueShape), weights: array(weights, [batch, positions]) },
      regressionArray(line, lengths, positions),
      coordinateArray(line, lengths, positions),
    ) as unknown as [[np.Array, np.Array], Combined];
    value.dispose();
    near(context.dataSync(), exact.context, 1e-5, "context");
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    const found = gradient.weights.dataSync();
    lengths.forEach((length, b) => {
      // Past the end the weights are no variables of the core: any finite number will do there.
      for (let l = 0; l < positions; l++) expect(Number.isFinite(found[b * positions + l])).toBe(true);
      const row = (all: ArrayLike<number>) => Array.from(all).slice(b * positions, b * positions + length);
      near(row(found), row(wanted.weights), b === 2 ? 2e-3 : 2e-4, `row ${b} weight`);
    });
    step.dispose();
  });

  it.each([1, 2, 2.5])("equals the core on images, alpha %s", (alpha) => {
    const [rows, columns, features] = [3, 4, 2];
    const cells = rows * columns;
    const pixels = draw(16, 3 * cells * features);
    const weights = weightsOf([cells, cells, cells], cells);
    const cotangent = draw(17, 3 * features);
    const exact = core.combinedAttention.vjp(wide(pixels), wide(weights), {
      shape: [3, rows, columns, features],
      basis: grid,
      alpha,
      variance: 1e-3,
    });
    const wanted = exact.pullback(wide(cotangent));
    const program = (given: Combined) =>
      combinedAttention(given.values, given.weights, {
        alpha,
        basis: grid,
        regression: regressionArray(grid, [rows, columns], cells),
        coordinates: coordinateArray(grid, [rows, columns], cells),
        variance: 1e-3,
      });
    const given = () => ({
      values: array(pixels, [3, cells, features]),
      weights: array(weights, [3, cells]),
    });
    near(program(given()).dataSync(), exact.context, 1e-5, "context");
    const step = jit(
      grad((all: Combined) =>
        program(all)
          .mul(array(cotangent, [3, features]))
          .sum(),
      ),
    );
    const gradient = step(given()) as Combined;
    near(gradient.values.dataSync(), wanted.values, 1e-5, "values");
    near(gradient.weights.dataSync(), wanted.weights, 2e-4, "weight");
    step.dispose();
  });

  it("has the core's gradient in a traced alpha", () => {
    const { lengths, positions, features } = texts;
    const weights = weightsOf(lengths, positions);
    const cotangent = draw(15, batch * features);
    const exact = core.combinedAttention.vjp(wide(values), wide(weights), {
      shape: valueShape,
      lengths,
      basis: line,
      alpha: 1.6,
      alphaGradient: true,
    });
    const found = grad((alpha: np.Array) =>
      combinedAttention(array(values, valueShape), array(weights, [batch, positions]), {
        alpha,
        basis: line,
        regression: regressionArray(line, lengths, positions),
        coordinates: coordinateArray(line, lengths, positions),
      })
        .mul(array(cotangent, [batch, features]))
        .sum(),
    )(np.array(1.6)) as np.Array;
    near(found.dataSync(), [exact.pullback(wide(cotangent)).alpha!], 1e-3, "alpha");
  });

  it.each(["softmax", "sparsemax", "fusedmax"])(
    "follows the weights of %s in any program of an attender",
    async (name) => {
      const { lengths, positions, features } = texts;
      const scores = draw(18, batch * positions);
      const mask = Float32Array.from({ length: batch * positions }, (_, i) =>
        i % positions < lengths[Math.floor(i / positions)]! ? 1 : 0,
      );
      const map = core.registry.find((entry) => entry.name === name)!.mapping;
      const discrete = map.vjp(wide(scores), { shape: [batch, positions], mask });
      const exact = core.combinedAttention.vjp(wide(values), discrete.weights as Float64Array, {
        shape: valueShape,
        lengths,
        basis: line,
      });
      const dWeights = exact.pullback(new Float64Array(batch * features).fill(1)).weights;
      const wanted = discrete.pullback(dWeights).scores;
      const step = attender(name).valueAndGrad(
        (attend, x: np.Array, v: np.Array, kept: np.Array, regression: np.Array, coordinates: np.Array) =>
          combinedAttention(v, attend(x, { mask: kept }), { basis: line, regression, coordinates }).sum(),
      );
      const [value, gradient] = await step(
        array(scores, [batch, positions]),
        array(values, valueShape),
        array(mask, [batch, positions]),
        regressionArray(line, lengths, positions),
        coordinateArray(line, lengths, positions),
      );
      const sum = exact.context.reduce((total, entry) => total + entry, 0);
      expect(value.item()).toBeCloseTo(sum, 4);
      near(gradient.dataSync(), wanted as Float64Array, 1e-3, "score");
      step.dispose();
    },
  );
});

describe("discreteMoments", () => {
  it.each([1, 1.5, 2, 2.5])("gives the core's matched density on texts, alpha %s", (alpha) => {
    const { lengths, positions } = texts;
    const weights = weightsOf(lengths, positions);
    const exact = core.combinedAttention.vjp(wide(values), wide(weights), {
      shape: valueShape,
      lengths,
      basis: line,
      alpha,
    });
    const moments = discreteMoments(array(weights, [batch, positions]), coordinateArray(line, lengths, positions), {
      alpha,
    });
    const filled = lengths.filter((length) => length > 0).length;
    near(moments.location.dataSync().slice(0, filled), exact.location.slice(0, filled), 1e-6, "location");
    const found = moments.scale2.dataSync();
    for (let b = 0; b < filled; b++) near([found[b]!], [exact.scale2[b]!], 1e-4, `row ${b} scale2`);
    expect(Number.isFinite(found[filled])).toBe(true);
  });

  it("gives 9 pi sqrt|V| V in the plane at alpha 2, also as an array", () => {
    const weights = weightsOf([12, 12, 12], 12);
    const exact = core.combinedAttention.vjp(new Float64Array(36), wide(weights), {
      shape: [3, 3, 4, 1],
      basis: grid,
      variance: 1e-3,
    });
    for (const alpha of [2, np.array([2, 2, 2])]) {
      const moments = discreteMoments(array(weights, [3, 12]), coordinateArray(grid, [3, 4], 12), {
        alpha,
        variance: 1e-3,
      });
      near(moments.location.dataSync(), exact.location, 1e-6, "location");
      const found = moments.scale2.dataSync();
      for (let b = 0; b < 3; b++) {
        near(found.slice(4 * b, 4 * b + 4), exact.scale2.slice(4 * b, 4 * b + 4), 1e-4, `row ${b} scale2`);
      }
    }
  });
});

describe("regressionArray", () => {
  it("holds the core's matrices of every length, zero past the end", () => {
    const { lengths, positions } = texts;
    const found = regressionArray(line, lengths, positions, { ridge: 0.3, padding: 0.5 }).dataSync();
    lengths.forEach((length, b) => {
      const row = found.slice(b * positions * line.count, (b + 1) * positions * line.count);
      const wanted = new Float64Array(row.length);
      if (length > 0) wanted.set(core.regressionMatrix(line, length, { ridge: 0.3, padding: 0.5 }));
      near(row, wanted, 1e-6, `row ${b} entry`);
    });
  });
});

describe("refusals", () => {
  const density = () => ({ location: np.array([0.5]), scale2: np.array([0.1]) });

  it.each([
    ["alpha below 1", () => expectedBasis(line, { ...density(), alpha: 0.5 }), "alpha is 0.5"],
    ["alpha of another shape", () => expectedBasis(line, { ...density(), alpha: np.array([1.5, 2]) }), "alpha is"],
    [
      "a location that is no list",
      () => expectedBasis(line, { ...density(), location: np.array(0.5) }),
      "location has the shape []",
    ],
    [
      "a location on the line for the plane",
      () => expectedBasis(grid, density()),
      "location has the shape [1]: [1, 2] is needed",
    ],
    [
      "scales of another number of rows",
      () => expectedBasis(line, { ...density(), scale2: np.array([1, 2]) }),
      "scale2 has the shape [2]: [1] is needed",
    ],
    [
      "an unknown option",
      () => expectedBasis(line, { ...density(), angles: 3 } as never),
      "options.angles is unknown to expectedBasis",
    ],
    ["one node", () => expectedBasis(line, { ...density(), nodes: 1 }), "nodes is 1"],
    [
      "a regression of another basis",
      () => positionWeights(np.ones([2, 3]), np.ones([5, 4])),
      "regression has the shape [5, 4]: [5, 3] is needed",
    ],
    [
      "values of another length",
      () =>
        continuousAttention(np.ones([1, 3, 2]), {
          ...density(),
          basis: line,
          regression: regressionArray(line, [4], 4),
        }),
      "values has the shape [1, 3, 2]: [1, 4, 2] is needed",
    ],
    [
      "coordinates of another length",
      () => discreteMoments(np.ones([1, 3]), np.ones([2]), { alpha: 1 }),
      "coordinates has the shape [2]: [3] or [1, 3]",
    ],
    [
      "a variance below 0",
      () => discreteMoments(np.ones([1, 3]), np.ones([3]), { alpha: 1, variance: -1 }),
      "variance is -1",
    ],
    [
      "a length above the positions",
      () => regressionArray(line, [3, 5], 4),
      "lengths[1] is 5: an integer from 0 to 4 is needed",
    ],
    ["images without rows and columns", () => regressionArray(grid, [3], 4), "[rows, columns] is needed"],
    ["images of another size", () => coordinateArray(grid, [3, 3], 8), "positions is 8: 3 rows of 3 columns make 9"],
  ] as const)("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("the examples of the documentation", () => {
  const basis = gaussianBasis({ centres: [0.5], widths: 1 });
  const regression = () => regressionArray(basis, [2], 2, { ridge: 0 });

  it("expectedBasis", () => {
    const two = gaussianBasis({ centres: [0.3, 0.5], widths: [0.1, 0.5] });
    const found = expectedBasis(two, { location: np.array([0.4]), scale2: np.array([0.02]) });
    near(found.dataSync(), [1.924628, 0.754202], 1e-6, "function");
  });

  it("regressionArray and coordinateArray", () => {
    near(regressionArray(basis, [2, 1], 2, { ridge: 0 }).dataSync(), [1.293099, 1.293099, 2.506628, 0], 1e-6, "entry");
    expect(coordinateArray(basis, [2, 1], 2).js()).toEqual([
      [0.25, 0.75],
      [0.5, 0],
    ]);
  });

  it("positionWeights", () => {
    expect(
      positionWeights(
        np.array([[2, 1]]),
        np.array([
          [1, 0],
          [0.5, 0.5],
        ]),
      ).js(),
    ).toEqual([[2, 1.5]]);
  });

  it("continuousAttention", () => {
    const density = { location: np.array([0.5]), scale2: np.array([0.01]) };
    const found = continuousAttention(np.array([[[1], [3]]]), { ...density, basis, regression: regression() });
    near(found.dataSync(), [2.051018], 1e-6, "context");
  });

  it("combinedAttention", () => {
    const found = combinedAttention(np.array([[[1], [3]]]), np.array([[0.5, 0.5]]), {
      basis,
      regression: regression(),
      coordinates: coordinateArray(basis, [2], 2),
    });
    near(found.dataSync(), [4.0011], 1e-6, "context");
  });

  it("discreteMoments", () => {
    const found = discreteMoments(np.array([[0.5, 0.5]]), np.array([0.25, 0.75]), { alpha: 1, variance: 0 });
    expect([found.location.js(), found.scale2.js()]).toEqual([[0.5], [0.0625]]);
  });
});
