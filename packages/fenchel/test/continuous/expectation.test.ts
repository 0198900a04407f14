/** Expectations of basis functions: golden values, laws, limits and gradients. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  basisExpectation,
  betaGaussian,
  fourierBasis,
  gaussianBasis,
  gaussianGrid,
  matchedScale,
  piecewiseBasis,
} from "../../src/index.ts";
import type { Basis } from "../../src/index.ts";
import { uniform } from "../support/rows-of-scores.ts";
import { gradientOf, integral, mostOff, off, slope, symmetricGradient } from "./support/numeric.ts";

interface LineCase {
  readonly alpha: number;
  readonly location: number;
  readonly scale2: number;
  readonly basis: readonly (readonly [number, number])[];
  readonly expectation: readonly number[];
  readonly dLocation: readonly number[];
  readonly dScale2: readonly number[];
}

interface PlaneCase {
  readonly alpha: number;
  readonly location: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly basis: readonly (readonly [number, number, number])[];
  readonly expectation: readonly number[];
  readonly dLocation: readonly (readonly number[])[];
  readonly dCovariance: readonly (readonly number[])[];
}

const file = new URL("../golden/continuous.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as { oneDimensional: LineCase[]; twoDimensional: PlaneCase[] };

/** Relative to the wanted value itself. */
const relative = (got: number, wanted: number) => Math.abs(got / wanted - 1);

const unit = (n: number, at: number) => Float64Array.from({ length: n }, (_, i) => (i === at ? 1 : 0));

describe("golden values", () => {
  test("there are enough of them", () => {
    expect(golden.oneDimensional.length).toBeGreaterThanOrEqual(30);
    expect(golden.twoDimensional.length).toBeGreaterThanOrEqual(10);
  });

  test.each(golden.oneDimensional)("on the line, alpha $alpha, location $location, scale2 $scale2", (wanted) => {
    const basis = gaussianBasis({ centres: wanted.basis.map(([c]) => c), widths: wanted.basis.map(([, w]) => w) });
    // The closed form, and the quadrature that a slightly different alpha takes.
    for (const alpha of [wanted.alpha, wanted.alpha + 1e-12]) {
      const { location, scale2 } = wanted;
      const { expectation, pullback } = basisExpectation.vjp(basis, { location, scale2, alpha });
      for (let j = 0; j < basis.count; j++) {
        const gradient = pullback(unit(basis.count, j));
        expect(relative(expectation[j]!, wanted.expectation[j]!)).toBeLessThan(1e-7);
        expect(relative(gradient.location, wanted.dLocation[j]!)).toBeLessThan(1e-5);
        expect(relative(gradient.scale2, wanted.dScale2[j]!)).toBeLessThan(1e-5);
      }
    }
  });

  test.each(golden.twoDimensional)("in the plane, alpha $alpha, location $location", (wanted) => {
    const basis = gaussianBasis({
      dimension: 2,
      centres: wanted.basis.flatMap(([x, y]) => [x, y]),
      widths: wanted.basis.map(([, , variance]) => Math.sqrt(variance)),
    });
    for (const alpha of [wanted.alpha, wanted.alpha + 1e-12]) {
      const parameters = { location: wanted.location, scale2: wanted.covariance.flat(), alpha };
      const { expectation, pullback } = basisExpectation.vjp(basis, parameters);
      for (let j = 0; j < basis.count; j++) {
        const { location, scale2 } = pullback(unit(basis.count, j));
        expect(relative(expectation[j]!, wanted.expectation[j]!)).toBeLessThan(1e-7);
        for (const i of [0, 1]) expect(relative(location[i]!, wanted.dLocation[i]![j]!)).toBeLessThan(1e-5);
        expect(scale2[1]).toBe(scale2[2]);
        [0, 1, 3].forEach((entry, i) =>
          expect(relative(scale2[entry]!, wanted.dCovariance[i]![j]!)).toBeLessThan(1e-5),
        );
      }
    }
  });
});

const lineBases: readonly (readonly [string, Basis])[] = [
  ["gaussian", gaussianGrid({ count: 5, widths: [0.1, 0.5] })],
  ["piecewise", piecewiseBasis({ count: 7 })],
  ["fourier", fourierBasis({ harmonics: 4 })],
];
const planeBasis = gaussianGrid({ dimension: 2, count: 3, widths: 0.15 });
const alphas = [1, 1.1, 4 / 3, 1.5, 1.8, 2, 2.5, 4];

describe.each(lineBases)("%s functions on the line", (_, basis) => {
  test.each(alphas)("the integral itself, alpha %d", (alpha) => {
    const p = betaGaussian({ alpha, location: 0.45, scale2: 0.03 });
    if (p.support.kind !== "interval") throw new Error("an interval is needed");
    const from = Math.max(p.support.from, 0.45 - 3);
    const to = Math.min(p.support.to, 0.45 + 3);
    // The cells' edges, where a piecewise function jumps, are ends too.
    const ends = [from, ...Array.from({ length: 8 }, (_, i) => i / 7).filter((t) => t > from && t < to), to];
    const got = basisExpectation(basis, { location: 0.45, scale2: 0.03, alpha });
    for (let j = 0; j < basis.count; j++) {
      let wanted = 0;
      for (let i = 1; i < ends.length; i++) {
        wanted += integral((t) => p.density([t])[0]! * basis.evaluate([t])[j]!, ends[i - 1]!, ends[i]!);
      }
      expect(off(got[j]!, wanted)).toBeLessThan(1e-10);
    }
  });

  test.each(alphas)("gradients, alpha %d", (alpha) => {
    const random = uniform(11);
    const cotangent = Float64Array.from({ length: basis.count }, () => 2 * random() - 1);
    const total = (location: number, scale2: number, a: number) =>
      basisExpectation(basis, { location, scale2, alpha: a }).reduce((sum, r, j) => sum + r * cotangent[j]!, 0);
    const parameters = { location: 0.45, scale2: 0.03, alpha, alphaGradient: true };
    const gradient = basisExpectation.vjp(basis, parameters).pullback(cotangent);
    expect(
      off(
        gradient.location,
        slope((m) => total(m, 0.03, alpha), 0.45),
      ),
    ).toBeLessThan(1e-7);
    expect(
      off(
        gradient.scale2,
        slope((s) => total(0.45, s, alpha), 0.03, 1e-4),
      ),
    ).toBeLessThan(1e-7);
    const oneSided = (f: (a: number) => number) =>
      (-25 * f(1) + 48 * f(1.001) - 36 * f(1.002) + 16 * f(1.003) - 3 * f(1.004)) / 0.012;
    const byAlpha = (a: number) => total(0.45, 0.03, a);
    expect(off(gradient.alpha!, alpha === 1 ? oneSided(byAlpha) : slope(byAlpha, alpha))).toBeLessThan(1e-6);
  });
});

describe("Gaussian functions in the plane", () => {
  const location = [0.45, 0.6];
  const scale2 = [0.06, 0.02, 0.02, 0.03];

  test.each(alphas)("the integral itself, alpha %d", (alpha) => {
    const p = betaGaussian({ alpha, location, scale2 });
    const got = basisExpectation(planeBasis, { location, scale2, alpha });
    // Cartesian, as the code's own rules are not: rows of y between the ends of the ellipse.
    const reach = p.support.kind === "ellipsoid" ? p.support.matrix : Float64Array.from(scale2, (v) => 60 * v);
    const halfX = Math.sqrt(reach[0]!);
    const det = reach[0]! * reach[3]! - reach[1]! * reach[2]!;
    for (const j of [0, 4, 5]) {
      const wanted = integral(
        (x) => {
          const u = (x - location[0]!) / halfX;
          const middle = location[1]! + (reach[1]! / reach[0]!) * (x - location[0]!);
          const half = Math.sqrt(Math.max(0, (1 - u * u) * (det / reach[0]!)));
          return integral((y) => p.density([x, y])[0]! * planeBasis.evaluate([x, y])[j]!, middle - half, middle + half);
        },
        location[0]! - halfX,
        location[0]! + halfX,
      );
      expect(off(got[j]!, wanted)).toBeLessThan(1e-9);
    }
  });

  test.each(alphas)("gradients, alpha %d", (alpha) => {
    const random = uniform(12);
    const cotangent = Float64Array.from({ length: planeBasis.count }, () => 2 * random() - 1);
    const total = (m: ArrayLike<number>, s: ArrayLike<number>, a: number) =>
      basisExpectation(planeBasis, { location: Array.from(m), scale2: Array.from(s), alpha: a }).reduce(
        (sum, r, j) => sum + r * cotangent[j]!,
        0,
      );
    const parameters = { location, scale2, alpha, alphaGradient: true };
    const gradient = basisExpectation.vjp(planeBasis, parameters).pullback(cotangent);
    expect(
      mostOff(
        gradient.location,
        gradientOf((m) => total(m, scale2, alpha), location, 1e-3),
      ),
    ).toBeLessThan(1e-7);
    expect(
      mostOff(
        gradient.scale2,
        symmetricGradient((s) => total(location, s, alpha), scale2, 1e-4),
      ),
    ).toBeLessThan(1e-6);
    if (alpha > 1) {
      expect(
        off(
          gradient.alpha!,
          slope((a) => total(location, scale2, a), alpha),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test.each([4 / 3, 1.5, 2])("the two rules agree for narrow functions, alpha %d", (alpha) => {
    for (const width of [0.2, 0.05, 0.02]) {
      const basis = gaussianBasis({ dimension: 2, centres: [0.4, 0.5, 0.7, 0.7, 0.1, 0.2, 0.45, 0.6], widths: width });
      const slices = basisExpectation(basis, { location, scale2, alpha });
      const polar = basisExpectation(basis, { location, scale2, alpha: alpha + 1e-13 });
      const peak = Math.max(...slices);
      slices.forEach((r, j) => expect(Math.abs(r - polar[j]!)).toBeLessThan(1e-10 * peak));
    }
  });
});

describe.each([4 / 3, 1.5, 2])("closed forms far from the support, alpha %d", (alpha) => {
  // Half-widths from a third of the function's width to thirty of them, centres up to twenty widths beyond the edge.
  test.each([0.02, 0.045, 0.06, 0.1, 0.3, 1.5])("relative accuracy, half-width %d", (half) => {
    const scale2 = matchedScale({ alpha, covariance: half ** 2 / (3 + 2 / (alpha - 1)) }).scale2[0]!;
    const p = betaGaussian({ alpha, location: 0, scale2 });
    const beyond = [-half / 0.05, -2, 0, 1, 3, 4.5, 6.5, 8, 9.5, 12, 20];
    const centres = beyond.map((gap) => -half - 0.05 * gap);
    const basis = gaussianBasis({ centres, widths: 0.05 });
    const got = basisExpectation(basis, { location: 0, scale2, alpha });
    centres.forEach((centre, j) => {
      const f = (t: number) => p.density([t])[0]! * basis.evaluate([t])[j]!;
      // All but 1e-17 of the integral lies in this window of the support.
      const nearest = Math.max(-half, Math.min(half, centre));
      const from = Math.max(-half, nearest - 0.45);
      const to = Math.min(half, nearest + 0.45);
      expect(relative(got[j]!, integral(f, from, to))).toBeLessThan(2e-10);
    });
  });
});

describe("laws and limits", () => {
  test("a constant function has expectation 1", () => {
    for (const alpha of alphas) {
      const parameters = { location: 3, scale2: 7, alpha, alphaGradient: true };
      const { expectation, pullback } = basisExpectation.vjp(fourierBasis({ harmonics: 0 }), parameters);
      expect(expectation[0]).toBe(1);
      expect(pullback([1])).toEqual({ location: 0, scale2: 0, alpha: 0 });
      const cells = basisExpectation(piecewiseBasis({ count: 6 }), { location: 0.5, scale2: 1e-5, alpha });
      expect(
        off(
          cells.reduce((sum, r) => sum + r, 0),
          1,
        ),
      ).toBeLessThan(1e-12);
    }
  });

  test("moving the density and the functions together changes nothing", () => {
    for (const alpha of alphas) {
      const here = gaussianBasis({ centres: [0.2, 0.5, 0.9], widths: [0.1, 0.3, 0.2] });
      const there = gaussianBasis({ centres: [1.2, 1.5, 1.9], widths: [0.1, 0.3, 0.2] });
      const a = basisExpectation(here, { location: 0.4, scale2: 0.05, alpha });
      expect(mostOff(basisExpectation(there, { location: 1.4, scale2: 0.05, alpha }), a)).toBeLessThan(1e-13);
      const plane = (shift: number) =>
        basisExpectation(
          gaussianBasis({ dimension: 2, centres: [0.2, 0.5, 0.9, 0.3].map((c) => c + shift), widths: 0.2 }),
          { location: [0.4 + shift, 0.4 + shift], scale2: [0.05, 0.01, 0.01, 0.02], alpha },
        );
      expect(mostOff(plane(2), plane(0))).toBeLessThan(1e-12);
    }
  });

  test("mirrored in the location: even in mu - centre, and no slope at the centre", () => {
    for (const alpha of alphas) {
      const basis = gaussianBasis({ centres: [0.3, 0.5, 0.7], widths: 0.2 });
      const { expectation, pullback } = basisExpectation.vjp(basis, { location: 0.5, scale2: 0.02, alpha });
      expect(off(expectation[0]!, expectation[2]!)).toBeLessThan(1e-13);
      expect(Math.abs(pullback([0, 1, 0]).location)).toBeLessThan(1e-13);
      const plane = gaussianBasis({ dimension: 2, centres: [0.5, 0.5], widths: 0.2 });
      const parameters = { location: [0.5, 0.5], scale2: [0.05, 0.01, 0.01, 0.02], alpha };
      const { location } = basisExpectation.vjp(plane, parameters).pullback([1]);
      expect(Math.max(...location.map(Math.abs))).toBeLessThan(1e-11);
    }
  });

  test("swapping x and y swaps the result", () => {
    for (const alpha of alphas) {
      const at = (centres: readonly number[], location: readonly number[], scale2: readonly number[]) =>
        basisExpectation(gaussianBasis({ dimension: 2, centres, widths: 0.1 }), { location, scale2, alpha });
      const a = at([0.2, 0.6, 0.7, 0.4], [0.4, 0.55], [0.05, 0.01, 0.01, 0.02]);
      const b = at([0.6, 0.2, 0.4, 0.7], [0.55, 0.4], [0.02, 0.01, 0.01, 0.05]);
      expect(mostOff(a, b)).toBeLessThan(1e-10);
    }
  });

  test("as the scale goes to 0, r goes to psi(mu) and its slope to psi'(mu)", () => {
    for (const alpha of alphas) {
      for (const [, basis] of lineBases) {
        const wanted = basis.evaluate([0.37]);
        for (const scale2 of [1e-14, 1e-40, 1e-280]) {
          const { expectation, pullback } = basisExpectation.vjp(basis, { location: 0.37, scale2, alpha });
          expect(mostOff(expectation, wanted)).toBeLessThan(scale2 === 1e-14 ? 1e-4 : 1e-11);
          if (basis.kind === "piecewise") continue;
          const cotangent = wanted.map((_, j) => Math.cos(j));
          const byLocation = slope((t) => basis.evaluate([t]).reduce((sum, v, j) => sum + v * cotangent[j]!, 0), 0.37);
          const { location, scale2: byScale } = pullback(cotangent);
          expect(off(location, byLocation)).toBeLessThan(scale2 === 1e-14 ? 1e-3 : 1e-8);
          expect(Number.isFinite(byScale)).toBe(true);
        }
      }
      const at = [0.37, 0.52];
      const tiny = { location: at, scale2: [1e-60, 2e-61, 2e-61, 3e-60], alpha };
      expect(mostOff(basisExpectation(planeBasis, tiny), planeBasis.evaluate(at))).toBeLessThan(1e-9);
    }
  });

  test("the slope in a small scale is that of the second-order expansion", () => {
    // r = psi + Var psi'' / 2 + O(Var^2), and Var is proportional to scale2^(2 / (2 + k)).
    const basis = gaussianBasis({ centres: [0.5], widths: 0.2 });
    const psi = basis.evaluate([0.4])[0]!;
    const bend = (psi * (0.1 ** 2 / 0.2 ** 2 - 1)) / 0.2 ** 2;
    for (const alpha of alphas) {
      for (const width of [1e-3, 1e-5, 1e-7]) {
        const scale2 = matchedScale({ alpha, covariance: width ** 2 }).scale2[0]!;
        const { pullback } = basisExpectation.vjp(basis, { location: 0.4, scale2, alpha });
        const wanted = ((bend / 2) * width ** 2 * (2 / (1 + alpha))) / scale2;
        expect(relative(pullback([1]).scale2, wanted)).toBeLessThan(100 * width ** 2 + 2e-8);
      }
    }
  });

  test("densities of one mean and variance agree to second order", () => {
    const basis = gaussianBasis({ centres: [0.5], widths: 0.3 });
    const at = (alpha: number, covariance: number) =>
      basisExpectation(basis, { location: 0.4, scale2: matchedScale({ alpha, covariance }).scale2, alpha })[0]!;
    const gap = (covariance: number) => Math.abs(at(1, covariance) - at(2, covariance));
    expect(gap(0.002) / gap(0.001)).toBeGreaterThan(3.5);
    expect(gap(0.002) / gap(0.001)).toBeLessThan(4.5);
  });

  test("continuous at the alphas with closed forms", () => {
    for (const alpha of [1, 4 / 3, 1.5, 2]) {
      for (const basis of [lineBases[0]![1], planeBasis]) {
        const parameters =
          basis.dimension === 1
            ? { location: 0.4, scale2: 0.02 }
            : { location: [0.4, 0.5], scale2: [0.05, 0.01, 0.01, 0.02] };
        const there = basisExpectation(basis, { ...parameters, alpha });
        const near = basisExpectation(basis, { ...parameters, alpha: alpha + 1e-9 });
        expect(mostOff(near, there)).toBeLessThan(1e-8);
      }
    }
  });

  test("a batch is its rows; one number stands for all of them", () => {
    const basis = lineBases[0]![1];
    const parameters = { location: [0.2, 0.5, 0.8], scale2: 0.02, alpha: [1, 1.7, 2] };
    const { expectation, pullback } = basisExpectation.vjp(basis, parameters);
    const cotangent = Float64Array.from(expectation, (_, i) => Math.sin(i));
    const gradient = pullback(cotangent);
    let byScale = 0;
    parameters.location.forEach((location, b) => {
      const own = basisExpectation.vjp(basis, { location, scale2: 0.02, alpha: parameters.alpha[b]! });
      const part = (a: Float64Array) => a.slice(b * basis.count, (b + 1) * basis.count);
      expect(Array.from(part(expectation))).toEqual(Array.from(own.expectation));
      const pulled = own.pullback(part(cotangent));
      expect(gradient.location[b]).toBe(pulled.location);
      byScale += pulled.scale2;
    });
    expect(off(gradient.scale2, byScale)).toBeLessThan(1e-14);
    expect(gradient.alpha).toBeUndefined();
  });
});

describe("degenerate arguments", () => {
  const line = lineBases[0]![1];
  test.each([
    [() => basisExpectation(line, { location: 0.5, scale2: 0 }), /scale2 is 0: a number above 0/],
    [() => basisExpectation(line, { location: [0.5, 0.6], scale2: [1, -2] }), /scale2\[1\] is -2/],
    [() => basisExpectation(line, { location: [0.5, NaN], scale2: 1 }), /location\[1\] is NaN/],
    [() => basisExpectation(line, { location: 0.5, scale2: 1, alpha: 0.5 }), /alpha is 0.5/],
    [() => basisExpectation(line, { location: [0.5, 1], scale2: 1, alpha: [1, 0] }), /alpha\[1\] is 0/],
    [() => basisExpectation(line, { location: [0.5, 1], scale2: [1] }), /scale2 has 1 entries: 2 are needed/],
    [
      () => basisExpectation(planeBasis, { location: [0.5, 0.5, 0, 0], scale2: [1, 0, 0, 1, 1, 2, 2, 4] }),
      /scale2\[7\] is 4: the matrix is singular/,
    ],
    [() => gaussianBasis({ centres: [0, 1], widths: [1, 0] }), /widths\[1\] is 0/],
    [() => gaussianBasis({ dimension: 2, centres: [0, 1, 2], widths: 1 }), /centres has 3 entries/],
    [() => piecewiseBasis({ count: 0 }), /count is 0/],
    [() => fourierBasis({ harmonics: -1 }), /harmonics is -1/],
  ])("%s", (act, message) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });
});
