/** Beta-Gaussian densities: mass, moments, entropy, their gradients, and parameters that go both ways. */
import { describe, expect, test } from "vitest";
import { betaGaussian, canonicalGaussian, matchedScale, matchMoments } from "../../src/index.ts";
import { lineIntegral, spd } from "./support/densities.ts";
import { gradientOf, integral, mostOff, off, slope, symmetricGradient } from "./support/numeric.ts";

const alphas = [1, 1 + 1e-9, 1.001, 1.1, 4 / 3, 1.5, 1.7, 2, 3, 6];

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
