/** Densities: they integrate to 1, have the moments and entropies they claim, and the gradients of differences. */
import { describe, expect, test } from "vitest";
import {
  betaGaussian,
  betaLaplace,
  canonicalGaussian,
  fenchelYoungLoss,
  gaussian,
  laplace,
  matchedScale,
  matchLaplace,
  matchMoments,
  mixture,
  triangular,
  truncatedParabola,
} from "../../src/index.ts";
import type { BetaGaussian, BetaLaplace, Density } from "../../src/index.ts";
import { uniform } from "../support/rows-of-scores.ts";
import { gradientOf, integral, mostOff, off, slope, symmetricGradient } from "./support/numeric.ts";

const alphas = [1, 1 + 1e-9, 1.001, 1.1, 4 / 3, 1.5, 1.7, 2, 3, 6];

/** A covariance-like matrix of any size. */
function spd(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    return i === j ? 0.5 + 0.3 * i : 0.1 / (1 + Math.abs(i - j));
  });
}

/** int g(t) p(t) dt on the line, between the ends of the support and across the kink at the location. */
function lineIntegral(p: Density, g: (t: number, density: number) => number): number {
  if (p.support.kind !== "interval") throw new Error("a density on the line is needed");
  const middle = p.mean[0]!;
  const spread = Math.sqrt(p.covariance[0]!);
  const from = Math.max(p.support.from, middle - 40 * spread);
  const to = Math.min(p.support.to, middle + 40 * spread);
  const f = (t: number) => g(t, p.density([t])[0]!);
  return integral(f, from, middle) + integral(f, middle, to);
}

describe.each(alphas)("beta-Gaussian on the line, alpha %d", (alpha) => {
  const p = betaGaussian({ alpha, location: 0.4, scale2: 0.3 });

  test("mass, mean, variance and entropy", () => {
    expect(
      off(
        lineIntegral(p, (_, d) => d),
        1,
      ),
    ).toBeLessThan(1e-10);
    expect(
      off(
        lineIntegral(p, (t, d) => t * d),
        0.4,
      ),
    ).toBeLessThan(1e-10);
    expect(
      off(
        lineIntegral(p, (t, d) => (t - 0.4) ** 2 * d),
        p.covariance[0]!,
      ),
    ).toBeLessThan(1e-10);
    const tsallis =
      alpha === 1
        ? lineIntegral(p, (_, d) => (d > 0 ? -d * Math.log(d) : 0))
        : lineIntegral(p, (_, d) => (d > 0 ? (-d * Math.expm1((alpha - 1) * Math.log(d))) / (alpha * (alpha - 1)) : 0));
    expect(off(p.entropy, tsallis)).toBeLessThan(1e-10);
  });

  test("the prediction map: p = [1 + (alpha - 1)(f - A)]_+^(1 / (alpha - 1)), and A by its own formula", () => {
    const k = alpha - 1;
    for (const t of [0.1, 0.4, 0.9]) {
      const f = -((t - 0.4) ** 2) / 0.6;
      const u = f - p.normalizer;
      const wanted = k === 0 ? Math.exp(u) : Math.max(0, 1 + k * u) > 0 ? Math.exp(Math.log1p(k * u) / k) : 0;
      expect(off(p.density([t])[0]!, wanted)).toBeLessThan(1e-11);
    }
    if (alpha > 1 && alpha < 2) {
      // A = (int p^(2 - alpha) f - 1 / (alpha - 1)) / int p^(2 - alpha) + 1 / (alpha - 1).
      const escort = (g: (t: number) => number) => lineIntegral(p, (t, d) => (d > 0 ? d ** (2 - alpha) * g(t) : 0));
      const mass = escort(() => 1);
      const wanted = (escort((t) => -((t - 0.4) ** 2) / 0.6) - 1 / k) / mass + 1 / k;
      expect(Math.abs(p.normalizer - wanted)).toBeLessThan(1e-10 / Math.min(1, k) + 1e-9);
    }
  });

  test("gradients of density, log-density, entropy and variance", () => {
    const points = [0.05, 0.35, 0.4, 0.6];
    const cotangent = [0.7, -1, 0.4, 2];
    const of = (a: number, m: number, s: number, t: readonly number[]) =>
      betaGaussian({ alpha: a, location: m, scale2: s }).density(t);
    const total = (a: number, m: number, s: number, t: readonly number[] = points) =>
      of(a, m, s, t).reduce((sum, value, i) => sum + value * cotangent[i]!, 0);
    const { values, pullback } = p.vjp(points);
    expect(mostOff(values, of(alpha, 0.4, 0.3, points))).toBeLessThan(1e-14);
    const gradient = pullback(cotangent);
    expect(
      off(
        gradient.location[0]!,
        slope((m) => total(alpha, m, 0.3), 0.4),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        gradient.scale2[0]!,
        slope((s) => total(alpha, 0.4, s), 0.3),
      ),
    ).toBeLessThan(1e-8);
    expect(
      mostOff(
        gradient.points,
        gradientOf((t) => total(alpha, 0.4, 0.3, Array.from(t)), points, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    const log = p.logVjp(points).pullback(cotangent);
    const logTotal = (a: number) =>
      betaGaussian({ alpha: a, location: 0.4, scale2: 0.3 })
        .logDensity(points)
        .reduce((sum, value, i) => sum + value * cotangent[i]!, 0);
    const entropy = p.entropyPullback(1.5);
    const variance = p.covariancePullback([1.5]);
    const other = (a: number, s: number) => betaGaussian({ alpha: a, location: 0.4, scale2: s });
    expect(
      off(
        entropy.scale2[0]!,
        slope((s) => 1.5 * other(alpha, s).entropy, 0.3),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        variance.scale2[0]!,
        slope((s) => 1.5 * other(alpha, s).covariance[0]!, 0.3),
      ),
    ).toBeLessThan(1e-8);
    const alphaSlope = (f: (a: number) => number) =>
      alpha < 1.01
        ? (-25 * f(alpha) + 48 * f(alpha + 1e-3) - 36 * f(alpha + 2e-3) + 16 * f(alpha + 3e-3) - 3 * f(alpha + 4e-3)) /
          0.012
        : slope(f, alpha);
    expect(
      off(
        gradient.alpha,
        alphaSlope((a) => total(a, 0.4, 0.3)),
      ),
    ).toBeLessThan(1e-7);
    expect(off(log.alpha, alphaSlope(logTotal))).toBeLessThan(1e-7);
    expect(
      off(
        entropy.alpha,
        alphaSlope((a) => 1.5 * other(a, 0.3).entropy),
      ),
    ).toBeLessThan(1e-7);
    expect(
      off(
        variance.alpha,
        alphaSlope((a) => 1.5 * other(a, 0.3).covariance[0]!),
      ),
    ).toBeLessThan(1e-7);
  });
});

describe.each([2, 3, 4, 5])("beta-Gaussian in %d dimensions", (n) => {
  const location = Array.from({ length: n }, (_, i) => 0.3 - 0.2 * i);
  const scale2 = spd(n);

  test.each(alphas)("mass and covariance, alpha %d", (alpha) => {
    const p = betaGaussian({ alpha, location, scale2 });
    // t = mu + r C e with C the Cholesky factor: p depends on r only, and int p = |C| area int r^(n-1) p dr.
    const unit = betaGaussian({ alpha: 1, location: new Float64Array(n), scale2 });
    const logRoot = -unit.logDensity(new Float64Array(n))[0]! - (n / 2) * Math.log(2 * Math.PI);
    const along = Array.from({ length: n }, (_, i) => scale2[i * n]! / Math.sqrt(scale2[0]!));
    const area = [0, 2, 2 * Math.PI, 4 * Math.PI, 2 * Math.PI ** 2, (8 * Math.PI ** 2) / 3][n]!;
    const reach = p.support.kind === "ellipsoid" ? Math.sqrt(p.support.matrix[0]! / scale2[0]!) : 40;
    const radial = (power: number) =>
      area *
      Math.exp(logRoot) *
      integral((r) => r ** power * p.density(along.map((a, i) => location[i]! + r * a))[0]!, 0, Math.min(reach, 40));
    expect(off(radial(n - 1), 1)).toBeLessThan(1e-10);
    // E[r^2] = n share, Cov = share Sigma.
    expect(off(radial(n + 1) / n, p.covariance[0]! / scale2[0]!)).toBeLessThan(1e-10);
    expect(off(p.covariance[1]! / p.covariance[0]!, scale2[1]! / scale2[0]!)).toBeLessThan(1e-14);
  });

  test.each([1, 1.2, 1.5, 2, 3])("gradients, alpha %d", (alpha) => {
    const points = Array.from({ length: 3 * n }, (_, i) => location[i % n]! + 0.2 * Math.sin(3 * i));
    const cotangent = [1, -0.6, 0.8];
    const total = (options: Partial<{ alpha: number; location: ArrayLike<number>; scale2: ArrayLike<number> }>) =>
      betaGaussian({ alpha, location, scale2, ...options })
        .density(points)
        .reduce((sum, value, i) => sum + value * cotangent[i]!, 0);
    const p = betaGaussian({ alpha, location, scale2 });
    const gradient = p.vjp(points).pullback(cotangent);
    expect(
      mostOff(
        gradient.location,
        gradientOf((m) => total({ location: m }), location, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    expect(
      mostOff(
        gradient.scale2,
        symmetricGradient((s) => total({ scale2: s }), scale2, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    if (alpha > 1)
      expect(
        off(
          gradient.alpha,
          slope((a) => total({ alpha: a }), alpha),
        ),
      ).toBeLessThan(1e-8);
    const weights = spd(n).map((x, i) => x * Math.cos(i));
    const trace = (s: ArrayLike<number>, a = alpha) =>
      betaGaussian({ alpha: a, location, scale2: s }).covariance.reduce((sum, v, i) => sum + v * weights[i]!, 0);
    const pulled = p.covariancePullback(weights);
    expect(
      mostOff(
        pulled.scale2,
        symmetricGradient((s) => trace(s), scale2, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    const entropy = (s: ArrayLike<number>) => betaGaussian({ alpha, location, scale2: s }).entropy;
    expect(mostOff(p.entropyPullback(1).scale2, symmetricGradient(entropy, scale2, 1e-3))).toBeLessThan(1e-8);
  });

  test("moment matching and canonical parameters go both ways", () => {
    for (const alpha of alphas) {
      const p = matchMoments({ alpha, mean: location, covariance: scale2 });
      expect(mostOff(p.covariance, scale2)).toBeLessThan(1e-12);
      const { linear, quadratic } = p.canonical;
      const q = canonicalGaussian({ alpha, linear, quadratic });
      expect(mostOff(q.location, location)).toBeLessThan(1e-11);
      expect(mostOff(q.scale2, p.scale2)).toBeLessThan(1e-11);
      const cotangent = spd(n).map((x, i) => x * Math.sin(1 + i));
      const scale = (v: ArrayLike<number>, a: number) =>
        matchedScale({ alpha: a, covariance: v }).scale2.reduce((sum, s, i) => sum + s * cotangent[i]!, 0);
      const pulled = matchedScale({ alpha, covariance: scale2 }).pullback(cotangent);
      expect(
        mostOff(
          pulled.covariance,
          symmetricGradient((v) => scale(v, alpha), scale2, 1e-3),
        ),
      ).toBeLessThan(1e-7);
      if (alpha > 1.01)
        expect(
          off(
            pulled.alpha,
            slope((a) => scale(scale2, a), alpha),
          ),
        ).toBeLessThan(1e-7);
    }
  });
});

describe.each([1, 1 + 1e-9, 1.2, 1.5, 2, 3.5])("beta-Laplace, alpha %d", (alpha) => {
  const p = betaLaplace({ alpha, location: -0.2, scale: 0.7 });

  test("mass, variance and entropy", () => {
    expect(
      off(
        lineIntegral(p, (_, d) => d),
        1,
      ),
    ).toBeLessThan(1e-10);
    expect(
      off(
        lineIntegral(p, (t, d) => (t + 0.2) ** 2 * d),
        p.covariance[0]!,
      ),
    ).toBeLessThan(1e-10);
    const tsallis = lineIntegral(p, (_, d) =>
      d > 0
        ? alpha === 1
          ? -d * Math.log(d)
          : (-d * Math.expm1((alpha - 1) * Math.log(d))) / (alpha * (alpha - 1))
        : 0,
    );
    expect(off(p.entropy, tsallis)).toBeLessThan(1e-10);
    expect(off(matchLaplace({ alpha, mean: 1, variance: 0.3 }).covariance[0]!, 0.3)).toBeLessThan(1e-14);
  });

  test("gradients", () => {
    const points = [-0.5, -0.1, 0.15];
    const cotangent = [1, -2, 0.5];
    const total = (a: number, m: number, b: number) =>
      betaLaplace({ alpha: a, location: m, scale: b })
        .density(points)
        .reduce((sum, value, i) => sum + value * cotangent[i]!, 0);
    const gradient = p.vjp(points).pullback(cotangent);
    expect(
      off(
        gradient.location,
        slope((m) => total(alpha, m, 0.7), -0.2),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        gradient.scale,
        slope((b) => total(alpha, -0.2, b), 0.7),
      ),
    ).toBeLessThan(1e-8);
    const other = (a: number, b: number) => betaLaplace({ alpha: a, location: 0, scale: b });
    expect(
      off(
        p.entropyPullback(1).scale,
        slope((b) => other(alpha, b).entropy, 0.7),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        p.covariancePullback(1).scale,
        slope((b) => other(alpha, b).covariance[0]!, 0.7),
      ),
    ).toBeLessThan(1e-8);
    if (alpha < 1.01) return;
    expect(
      off(
        gradient.alpha,
        slope((a) => total(a, -0.2, 0.7), alpha),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        p.entropyPullback(1).alpha,
        slope((a) => other(a, 0.7).entropy, alpha),
      ),
    ).toBeLessThan(1e-8);
    expect(
      off(
        p.covariancePullback(1).alpha,
        slope((a) => other(a, 0.7).covariance[0]!, alpha),
      ),
    ).toBeLessThan(1e-8);
  });
});

test("published closed forms", () => {
  const parabola = truncatedParabola({ location: 0.4, scale2: 0.02 });
  const half = (1.5 * 0.02) ** (1 / 3);
  expect(parabola.support).toEqual({ kind: "interval", from: 0.4 - half, to: 0.4 + half });
  expect(off(parabola.covariance[0]!, half ** 2 / 5)).toBeLessThan(1e-14);
  expect(off(parabola.normalizer, 1 - 0.5 * (1.5 / Math.sqrt(0.02)) ** (2 / 3))).toBeLessThan(1e-14);
  const plane = truncatedParabola({ location: [0, 0], scale2: [0.4, 0.1, 0.1, 0.2] });
  expect(off(plane.density([0, 0])[0]!, (Math.PI * Math.sqrt(0.07)) ** -0.5)).toBeLessThan(1e-14);
  const matched = matchedScale({ alpha: 2, covariance: [0.4, 0.1, 0.1, 0.2] }).scale2;
  expect(
    mostOff(
      matched,
      [0.4, 0.1, 0.1, 0.2].map((v) => 9 * Math.PI * Math.sqrt(0.07) * v),
    ),
  ).toBeLessThan(1e-13);
  expect(off(laplace({ location: 0, scale: 0.5 }).entropy, 1)).toBeLessThan(1e-14);
  expect(off(triangular({ location: 0, scale: 0.25 }).covariance[0]!, 0.25 / 6)).toBeLessThan(1e-14);
  expect(off(gaussian({ location: 0, scale2: 2 }).entropy, 0.5 * Math.log(4 * Math.PI * Math.E))).toBeLessThan(1e-14);
});

test("continuous in alpha at 1, also far from overflow", () => {
  const at = (alpha: number) => betaGaussian({ alpha, location: [0, 0, 0], scale2: [1, 0, 0, 0, 2, 0, 0, 0, 3] });
  const points = [0.1, 0.2, -0.3, 1, 1, 1, -2, 0, 1];
  for (const small of [1e-4, 1e-8, 1e-12, 1e-15]) {
    expect(mostOff(at(1 + small).density(points), at(1).density(points))).toBeLessThan(small);
    expect(off(at(1 + small).entropy, at(1).entropy)).toBeLessThan(100 * small + 1e-14);
  }
  const tiny = betaGaussian({ alpha: 1.0001, location: 0, scale2: 1e-200 });
  expect(Number.isFinite(tiny.logDensity([0])[0]!)).toBe(true);
  const wide = betaGaussian({ alpha: 50, location: 0, scale2: 4 });
  if (wide.support.kind !== "interval") throw new Error("an interval is needed");
  expect(
    off(
      lineIntegral(wide, (_, d) => d),
      1,
    ),
  ).toBeLessThan(1e-10);
});

describe("sampling", () => {
  const close = (values: Float64Array, n: number, p: Density) => {
    const count = values.length / n;
    for (let i = 0; i < n; i++) {
      let mean = 0;
      let square = 0;
      for (let q = 0; q < count; q++) mean += values[q * n + i]! / count;
      for (let q = 0; q < count; q++) square += (values[q * n + i]! - mean) ** 2 / count;
      const variance = p.covariance[i * n + i]!;
      expect(Math.abs(mean - p.mean[i]!)).toBeLessThan(4 * Math.sqrt(variance / count));
      expect(Math.abs(square / variance - 1)).toBeLessThan((8 / Math.sqrt(count)) * 1.6);
    }
  };

  test.each([1, 1.3, 2, 4])("moments, support and seeds, alpha %d", (alpha) => {
    const line = betaGaussian({ alpha, location: 0.4, scale2: 0.3 });
    const values = line.sample(20_000, uniform(7));
    close(values, 1, line);
    expect(values.slice(0, 50)).toEqual(line.sample(50, uniform(7)));
    if (line.support.kind === "interval") {
      const { from, to } = line.support;
      expect(values.every((t) => t >= from && t <= to)).toBe(true);
    }
    const space = betaGaussian({ alpha, location: [0, 1, 2], scale2: spd(3) });
    close(space.sample(20_000, uniform(8)), 3, space);
    const pointed = betaLaplace({ alpha, location: 0.4, scale: 0.3 });
    close(pointed.sample(40_000, uniform(9)), 1, pointed);
  });

  test("the distribution itself: masses of cells", () => {
    const p = betaGaussian({ alpha: 1.5, location: 0, scale2: 1 });
    const values = p.sample(40_000, uniform(3));
    for (const [from, to] of [
      [-3, -1],
      [-1, 0],
      [0, 0.3],
      [0.3, 3],
    ] as const) {
      const mass = integral((t) => p.density([t])[0]!, from, to);
      const share = values.filter((t) => t >= from && t < to).length / values.length;
      expect(Math.abs(share - mass)).toBeLessThan(4 * Math.sqrt((mass * (1 - mass)) / values.length));
    }
  });
});

describe("mixtures", () => {
  const parts: readonly (BetaGaussian | BetaLaplace)[] = [
    betaGaussian({ alpha: 1, location: 0.2, scale2: 0.01 }),
    betaGaussian({ alpha: 2, location: 0.7, scale2: 0.002 }),
    triangular({ location: 1.4, scale: 0.05 }),
  ];
  const p = mixture(parts, [0.5, 0.3, 0.2]);

  test("mass, moments, support and sampling", () => {
    const ends = [
      -1,
      0.2,
      ...parts.flatMap(({ support }) => (support.kind === "interval" ? [support.from, support.to] : [])),
      0.7,
      1.4,
      2,
    ];
    const finite = ends.filter((t) => Math.abs(t) < 3).sort((a, b) => a - b);
    const over = (g: (t: number, d: number) => number) => {
      let sum = 0;
      for (let i = 1; i < finite.length; i++) {
        sum += integral((t) => g(t, p.density([t])[0]!), finite[i - 1]!, finite[i]!);
      }
      return sum;
    };
    expect(
      off(
        over((_, d) => d),
        1,
      ),
    ).toBeLessThan(1e-10);
    expect(
      off(
        over((t, d) => t * d),
        p.mean[0]!,
      ),
    ).toBeLessThan(1e-10);
    expect(
      off(
        over((t, d) => (t - p.mean[0]!) ** 2 * d),
        p.covariance[0]!,
      ),
    ).toBeLessThan(1e-10);
    expect(
      off(
        over((_, d) => (d > 0 ? -d * Math.log(d) : 0)),
        p.entropy(1),
      ),
    ).toBeLessThan(1e-9);
    expect(
      off(
        over((_, d) => (d - d ** 1.7) / (1.7 * 0.7)),
        p.entropy(1.7),
      ),
    ).toBeLessThan(1e-9);
    expect(p.support.kind).toBe("union");
    const values = p.sample(20_000, uniform(5));
    const mean = values.reduce((sum, t) => sum + t, 0) / values.length;
    expect(Math.abs(mean - p.mean[0]!)).toBeLessThan(4 * Math.sqrt(p.covariance[0]! / values.length));
  });

  test("one component is itself", () => {
    for (const part of parts) {
      const single = mixture([part]);
      expect(mostOff(single.density([0.2, 0.71, 1.39]), part.density([0.2, 0.71, 1.39]))).toBeLessThan(1e-14);
      for (const alpha of [part.alpha]) expect(off(single.entropy(alpha), part.entropy)).toBeLessThan(1e-9);
    }
  });

  test("gradients of the density and its logarithm", () => {
    const points = [0.1, 0.25, 0.68, 1.35];
    const cotangent = [1, 0.5, -2, 0.7];
    const build = (m: number, w: readonly number[], logs: boolean) => {
      const [, ...rest] = parts;
      const moved = mixture([betaGaussian({ alpha: 1, location: m, scale2: 0.01 }), ...rest], w);
      return (logs ? moved.logDensity(points) : moved.density(points)).reduce(
        (sum, v, i) => sum + v * cotangent[i]!,
        0,
      );
    };
    for (const logs of [false, true]) {
      const gradient = (logs ? p.logVjp(points) : p.vjp(points)).pullback(cotangent);
      const first = gradient.components[0]!.location;
      expect(
        off(
          typeof first === "number" ? first : first[0]!,
          slope((m) => build(m, p.weights as unknown as number[], logs), 0.2),
        ),
      ).toBeLessThan(1e-7);
      // Along the simplex, from the first to the second.
      const along = slope((e) => build(0.2, [0.5 + e, 0.3 - e, 0.2], logs), 0);
      expect(off(gradient.weights[0]! - gradient.weights[1]!, along)).toBeLessThan(1e-7);
      const byPoints = gradientOf(
        (t) => (logs ? p.logDensity(t) : p.density(t)).reduce((sum, v, i) => sum + v * cotangent[i]!, 0),
        points,
        1e-4,
      );
      expect(mostOff(gradient.points, byPoints)).toBeLessThan(1e-7);
    }
  });
});

describe("Fenchel-Young losses", () => {
  test.each([1, 1.2, 1.5, 2, 3])("zero at the target, positive elsewhere, gradients; alpha %d", (alpha) => {
    const n = 2;
    const location = [0.3, -0.1];
    const scale2 = spd(n);
    const target = betaGaussian({ alpha, location: [0.1, 0.2], scale2: [0.3, -0.1, -0.1, 0.6] });
    const at = (m: ArrayLike<number>, s: ArrayLike<number>) =>
      fenchelYoungLoss(betaGaussian({ alpha, location: m, scale2: s }), target);
    expect(Math.abs(fenchelYoungLoss(target, target).loss)).toBeLessThan(1e-13);
    const { loss, location: dLocation, scale2: dScale, canonical } = at(location, scale2);
    expect(loss).toBeGreaterThan(0.01);
    expect(
      mostOff(
        dLocation,
        gradientOf((m) => at(m, scale2).loss, location, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    expect(
      mostOff(
        dScale,
        symmetricGradient((s) => at(location, s).loss, scale2, 1e-3),
      ),
    ).toBeLessThan(1e-8);
    // Omega*(theta) = conjugate + (A of the canonical score - A of the centred one).
    const theta = betaGaussian({ alpha, location, scale2 }).canonical;
    const canonicalLoss = (linear: ArrayLike<number>) =>
      fenchelYoungLoss(canonicalGaussian({ alpha, linear, quadratic: theta.quadratic }), target).loss;
    expect(mostOff(canonical.linear, gradientOf(canonicalLoss, theta.linear, 1e-3))).toBeLessThan(1e-8);
    const quadraticLoss = (quadratic: ArrayLike<number>) =>
      fenchelYoungLoss(canonicalGaussian({ alpha, linear: theta.linear, quadratic }), target).loss;
    expect(mostOff(canonical.quadratic, symmetricGradient(quadraticLoss, theta.quadratic, 1e-3))).toBeLessThan(1e-8);
  });

  test("at alpha 1 it is the Kullback-Leibler divergence, by quadrature", () => {
    const model = gaussian({ location: 0, scale2: 1.3 });
    const target = gaussian({ location: 0.7, scale2: 0.4 });
    const divergence = lineIntegral(target, (t, d) => (d > 0 ? d * (Math.log(d) - model.logDensity([t])[0]!) : 0));
    expect(off(fenchelYoungLoss(model, target).loss, divergence)).toBeLessThan(1e-10);
    const pointed = laplace({ location: 0, scale: 0.5 });
    const aim = laplace({ location: 0.3, scale: 0.8 });
    const log = (t: number) => pointed.logDensity([t])[0]!;
    const wanted =
      integral((t) => Math.exp(aim.logDensity([t])[0]!) * (aim.logDensity([t])[0]! - log(t)), -30, 0) +
      integral((t) => Math.exp(aim.logDensity([t])[0]!) * (aim.logDensity([t])[0]! - log(t)), 0, 0.3) +
      integral((t) => Math.exp(aim.logDensity([t])[0]!) * (aim.logDensity([t])[0]! - log(t)), 0.3, 30);
    expect(off(fenchelYoungLoss(pointed, aim).loss, wanted)).toBeLessThan(1e-9);
  });

  test.each([1, 1.4, 2, 3])("Laplace's family, alpha %d", (alpha) => {
    const target = betaLaplace({ alpha, location: 0.3, scale: 0.8 });
    const at = (m: number, b: number) => fenchelYoungLoss(betaLaplace({ alpha, location: m, scale: b }), target);
    expect(Math.abs(at(0.3, 0.8).loss)).toBeLessThan(1e-13);
    for (const [m, b] of [
      [0.1, 0.5],
      [2.5, 1.1],
      [-0.4, 0.9],
    ] as const) {
      const { loss, location, scale } = at(m, b);
      expect(loss).toBeGreaterThan(0);
      expect(
        off(
          location,
          slope((x) => at(x, b).loss, m),
        ),
      ).toBeLessThan(1e-8);
      expect(
        off(
          scale,
          slope((x) => at(m, x).loss, b),
        ),
      ).toBeLessThan(1e-8);
    }
  });
});

describe("degenerate arguments", () => {
  test.each([
    [() => gaussian({ location: 0, scale2: 0 }), /scale2 is 0: a finite number above 0/],
    [() => gaussian({ location: 0, scale2: -1 }), /scale2 is -1/],
    [() => gaussian({ location: [0, 0], scale2: [1, 1, 1, 1] }), /scale2\[3\] is 1: the matrix is singular/],
    [
      () => gaussian({ location: [0, 0], scale2: [1, 2, 2, 1] }),
      /scale2\[3\] is 1: the matrix is singular or not positive/,
    ],
    [() => gaussian({ location: [0, 0], scale2: [1, 0.5, 0.1, 1] }), /scale2\[2\] is 0.1: a symmetric matrix/],
    [() => gaussian({ location: [0, 0], scale2: [1, 0, 0] }), /scale2 has 3 entries: 4 are needed/],
    [() => gaussian({ location: NaN, scale2: 1 }), /location is NaN/],
    [() => betaGaussian({ alpha: 0.9, location: 0, scale2: 1 }), /alpha is 0.9: a finite number of 1 or more/],
    [() => laplace({ location: 0, scale: 0 }), /scale is 0/],
    [() => gaussian({ location: 0, scale2: 1 }).density([0, NaN]), /points\[1\] is NaN/],
    [() => gaussian({ location: [0, 0], scale2: [1, 0, 0, 1] }).density([0]), /points has 1 entries: a multiple of 2/],
    [() => matchedScale({ alpha: 2, covariance: [1, 1, 1, 1] }), /covariance\[3\]/],
    [() => mixture([gaussian({ location: 0, scale2: 1 })], [0.5]), /weights sum to 0.5/],
    [
      () => fenchelYoungLoss(gaussian({ location: 0, scale2: 1 }), truncatedParabola({ location: 0, scale2: 1 })),
      /target.alpha is 2: 1 \(the model's\) is needed/,
    ],
  ])("%s", (act, message) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });

  test("a misspelt option", () => {
    const options = { location: 0, scale: 1 } as unknown as { location: number; scale2: number };
    expect(() => gaussian(options)).toThrow(/options.scale is unknown to gaussian/);
  });
});
