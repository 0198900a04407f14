/** Mixtures of densities: mass, moments, entropy and gradients. */
import { describe, expect, test } from "vitest";
import { betaGaussian, mixture, triangular } from "../../src/index.ts";
import type { BetaGaussian, BetaLaplace } from "../../src/index.ts";
import { uniform } from "../support/rows-of-scores.ts";
import { gradientOf, integral, mostOff, off, slope } from "./support/numeric.ts";

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
      expect(off(single.entropy(part.alpha), part.entropy)).toBeLessThan(1e-9);
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
