/** Densities far wider than a basis function, and far from all of them: right, or refused, never silently wrong. */
import { describe, expect, test } from "vitest";
import {
  basisExpectation,
  betaGaussian,
  continuousAttention,
  fourierBasis,
  gaussianBasis,
  matchMoments,
  piecewiseBasis,
} from "../../src/index.ts";
import { integral, off, slope } from "./support/numeric.ts";

const relative = (got: number, wanted: number) => Math.abs(got / wanted - 1);

/** int p(t) N(t; centre, width^2) dt over the part of the support where the function lives, by an independent rule. */
function byDefinition(alpha: number, location: number, scale2: number, centre: number, width: number): number {
  const p = betaGaussian({ alpha, location, scale2 });
  if (p.support.kind !== "interval") throw new Error("an interval is needed");
  const from = Math.max(p.support.from, centre - 9 * width);
  const to = Math.min(p.support.to, centre + 9 * width);
  const f = (t: number) =>
    (p.density([t])[0]! * Math.exp(-0.5 * ((t - centre) / width) ** 2)) / (width * Math.sqrt(2 * Math.PI));
  // Pieces that the rule resolves easily.
  const ends = Array.from({ length: 13 }, (_, i) => from + ((to - from) * i) / 12);
  return ends.slice(1).reduce((sum, end, i) => sum + integral(f, ends[i]!, end), 0);
}

const alphas = [1, 1.02, 1.1, 4 / 3, 1.5, 1.8, 2, 2.5, 4];

describe.each(alphas)("on the line, alpha %d", (alpha) => {
  test.each([10, 1e3, 4300, 1e5, 1e7])("a density %d times as wide", (ratio) => {
    const width = 0.1;
    const location = 0.4;
    // The width of a beta-Gaussian, sqrt(h) sigma, grows with sigma^(2 / (1 + alpha)).
    const scale2 = (ratio * width) ** (1 + alpha);
    const p = betaGaussian({ alpha, location, scale2 });
    const spread = Math.sqrt(p.covariance[0]!);
    const edge = p.support.kind === "interval" ? Math.min(p.support.to, location + 5 * spread) : 0;
    const centres = [
      location,
      location + 0.3 * spread,
      location - spread,
      edge - 20 * width,
      edge - width,
      edge + 2 * width,
    ];
    const basis = gaussianBasis({ centres, widths: width });
    // Rounding of the place where the support ends, in widths of the function.
    const tolerance = 1e-11 + 1e-14 * ratio;
    // Beside alphas with a closed form stand those that take quadrature.
    for (const a of [alpha, alpha === 1 ? alpha : alpha + 1e-13]) {
      const got = basisExpectation(basis, { location, scale2, alpha: a });
      const peak = Math.max(...got);
      centres.forEach((centre, j) => {
        const wanted = byDefinition(alpha, location, scale2, centre, width);
        expect(Math.abs(got[j]! - wanted), `function ${j}`).toBeLessThan(tolerance * (j < 3 ? wanted : peak));
      });
    }
  });

  test("gradients", () => {
    const basis = gaussianBasis({ centres: [0.3, 0.9, -0.1], widths: [1e-3, 2e-3, 0.5] });
    const cotangent = [1, 0.7, 0.2];
    const total = (location: number, scale2: number, a: number) =>
      basisExpectation(basis, { location, scale2, alpha: a }).reduce((sum, r, j) => sum + r * cotangent[j]!, 0);
    const parameters = { location: 0.4, scale2: 0.9, alpha, alphaGradient: true };
    const gradient = basisExpectation.vjp(basis, parameters).pullback(cotangent);
    expect(
      off(
        gradient.location,
        slope((m) => total(m, 0.9, alpha), 0.4, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        gradient.scale2,
        slope((s) => total(0.4, s, alpha), 0.9, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    const oneSided = (f: (a: number) => number) =>
      (-25 * f(1) + 48 * f(1.001) - 36 * f(1.002) + 16 * f(1.003) - 3 * f(1.004)) / 0.012;
    const byAlpha = (a: number) => total(0.4, 0.9, a);
    expect(off(gradient.alpha!, alpha === 1 ? oneSided(byAlpha) : slope(byAlpha, alpha))).toBeLessThan(1e-7);
  });
});

describe.each(alphas)("in the plane, alpha %d", (alpha) => {
  const parameters = { location: [0.45, 0.6], scale2: [0.06, 0.02, 0.02, 0.03], alpha };
  const centres = [0.4, 0.5, 0.7, 0.7, 0.1, 0.2];
  const wide = gaussianBasis({ dimension: 2, centres, widths: 0.05 });
  /** A function so narrow that no rule for all of them resolves it gives each its own nodes. */
  const mixed = gaussianBasis({ dimension: 2, centres: [...centres, 0.45, 0.6], widths: [0.05, 0.05, 0.05, 1e-5] });

  test("the nodes of each function and those of all agree, with gradients", () => {
    const cotangent = [1, -0.5, 2];
    const options = { ...parameters, alphaGradient: alpha !== 4 };
    const all = basisExpectation.vjp(wide, options);
    const own = basisExpectation.vjp(mixed, options);
    const peak = Math.max(...all.expectation);
    all.expectation.forEach((r, j) => expect(Math.abs(own.expectation[j]! - r)).toBeLessThan(1e-10 * peak));
    // The density itself, where the function is a point beside it.
    expect(relative(own.expectation[3]!, betaGaussian(parameters).density([0.45, 0.6])[0]!)).toBeLessThan(1e-7);
    const [a, b] = [all.pullback(cotangent), own.pullback([...cotangent, 0])];
    const scale = Math.max(...a.scale2.map(Math.abs), ...a.location.map(Math.abs));
    for (const key of ["location", "scale2"] as const) {
      a[key].forEach((entry, i) => expect(Math.abs(b[key][i]! - entry), key).toBeLessThan(1e-8 * scale));
    }
    if (alpha !== 4) expect(Math.abs(b.alpha! - a.alpha!)).toBeLessThan(1e-8 * Math.max(1, Math.abs(a.alpha!)));
  });

  test("a density of any width", () => {
    for (const width of [1e2, 1e4, 1e6]) {
      const covariance = [3, 1, 1, 2].map((entry) => entry * width ** 2);
      const { scale2 } = matchMoments({ alpha, mean: [0, 0], covariance });
      const at = [0.2 * width, -0.1 * width];
      const basis = gaussianBasis({ dimension: 2, centres: at, widths: 0.1 });
      const got = basisExpectation(basis, { location: [0, 0], scale2, alpha })[0]!;
      // The density varies by a second-order term within the function.
      const wanted = betaGaussian({ alpha, location: [0, 0], scale2 }).density(at)[0]!;
      expect(relative(got, wanted)).toBeLessThan(0.1 / width ** 2 + 1e-11);
    }
  });
});

test("cells of a wide density hold its mass", () => {
  const basis = piecewiseBasis({ count: 5 });
  for (const alpha of alphas) {
    const scale2 = 1e6;
    const cells = basisExpectation(basis, { location: 0.3, scale2, alpha });
    const p = betaGaussian({ alpha, location: 0.3, scale2 });
    cells.forEach((mass, j) => {
      expect(
        relative(
          mass,
          integral((t) => p.density([t])[0]!, j / 5, (j + 1) / 5),
        ),
      ).toBeLessThan(1e-10);
    });
  }
});

describe("waves within a wide density", () => {
  const basis = fourierBasis({ harmonics: 3 });

  test("are right while they are resolved: the transform of the parabola and of the normal density", () => {
    for (const scale2 of [1e-4, 1, 1e4, 1e8]) {
      const p = betaGaussian({ alpha: 2, location: 0.4, scale2 });
      const half = Math.sqrt(5 * p.covariance[0]!);
      const parabola = basisExpectation(basis, { location: 0.4, scale2 });
      const normal = basisExpectation(basis, { location: 0.4, scale2, alpha: 1 });
      for (let j = 1; j <= 3; j++) {
        const frequency = Math.PI * j;
        const x = frequency * half;
        const transform = x < 1e-2 ? 1 - (x * x) / 10 : (3 * (Math.sin(x) - x * Math.cos(x))) / x ** 3;
        expect(Math.abs(parabola[2 * j - 1]! - Math.cos(0.4 * frequency) * transform)).toBeLessThan(1e-8);
        const bell = Math.exp((-frequency * frequency * scale2) / 2);
        expect(Math.abs(normal[2 * j]! - Math.sin(0.4 * frequency) * bell)).toBeLessThan(1e-10);
      }
    }
  });

  test("are 0 near the normal density, and refused elsewhere, when they turn faster than nodes can follow", () => {
    for (const alpha of [1, 1.01]) {
      const { expectation, pullback } = basisExpectation.vjp(basis, {
        location: 0.4,
        scale2: 1e20,
        alpha,
        alphaGradient: true,
      });
      expect(Array.from(expectation)).toEqual([1, 0, 0, 0, 0, 0, 0]);
      expect(pullback([1, 2, 3, 4, 5, 6, 7])).toEqual({ location: 0, scale2: 0, alpha: 0 });
    }
    const rows = { location: [0.4, 0.5], scale2: [1, 1e20], alpha: 1.5 };
    expect(() => basisExpectation(basis, rows)).toThrow(
      /^scale2 of row 1 is too large for the basis: its widest wave turns/,
    );
    expect(() => basisExpectation(basis, rows)).toThrow(RangeError);
  });
});

describe("densities far from everything", () => {
  const bases = [
    gaussianBasis({ centres: [0.2, 0.8], widths: [0.1, 0.5] }),
    piecewiseBasis({ count: 3 }),
    gaussianBasis({ dimension: 2, centres: [0.2, 0.8, 0.5, 0.5], widths: 0.3 }),
  ];

  test.each([1e10, -1e100, 1e160, 1e300, -1e308])("location %d: zeros, and no NaN in a gradient", (far) => {
    for (const basis of bases) {
      for (const alpha of [...alphas, 1.7]) {
        for (const scale of [1e-16, 0.1, 10]) {
          const location = basis.dimension === 1 ? far : [far, -far];
          const scale2 = basis.dimension === 1 ? scale : [scale, scale / 3, scale / 3, scale];
          const { expectation, pullback } = basisExpectation.vjp(basis, {
            location,
            scale2,
            alpha,
            alphaGradient: true,
          });
          const gradient = pullback(expectation.map((_, j) => j - 0.5));
          for (const value of [expectation, gradient.location, gradient.scale2, gradient.alpha!]) {
            const numbers = typeof value === "number" ? [value] : Array.from(value);
            expect(
              numbers.every((entry) => Math.abs(entry) === 0),
              `alpha ${alpha}, scale ${scale}`,
            ).toBe(true);
          }
        }
      }
    }
  });

  test("attention there gives zeros; log-densities have finite gradients in the location", () => {
    const basis = bases[0]!;
    expect(continuousAttention([1, 3], { shape: [2, 1], basis, location: 1e300, scale2: 0.1 })).toEqual([0]);
    const { values, pullback } = betaGaussian({ alpha: 1, location: 1e300, scale2: 1 }).logVjp([0]);
    expect(values[0]).toBe(-Infinity);
    expect(pullback([1]).location[0]).toBe(-1e300);
    expect(pullback([1]).points[0]).toBe(1e300);
  });
});
