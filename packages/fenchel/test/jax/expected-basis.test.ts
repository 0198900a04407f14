/** Expectations of basis functions on arrays equal the core's, forward and backward, over densities of any scale. */
import { init, jit, numpy as np, valueAndGrad } from "@jax-js/jax";
import * as core from "fenchel";
import { gaussianBasis, type Basis } from "fenchel";
import { expectedBasis } from "fenchel/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { array, draw, grid, line, near, scalesOf, wide } from "./support/continuous.ts";

beforeAll(async () => {
  await init("wasm");
});

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
