/** Beta-Laplace densities: mass, variance, entropy and their gradients. */
import { describe, expect, test } from "vitest";
import { betaLaplace, matchLaplace } from "../../src/index.ts";
import { lineIntegral } from "./support/densities.ts";
import { off, slope } from "./support/numeric.ts";

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
