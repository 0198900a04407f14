/** All densities: published closed forms, the limit at alpha 1, sampling, and the arguments that are refused. */
import { describe, expect, test } from "vitest";
import {
  betaGaussian,
  betaLaplace,
  fenchelYoungLoss,
  gaussian,
  laplace,
  matchedScale,
  mixture,
  triangular,
  truncatedParabola,
} from "../../src/index.ts";
import type { Density } from "../../src/index.ts";
import { uniform } from "../support/rows-of-scores.ts";
import { lineIntegral, spd } from "./support/densities.ts";
import { integral, mostOff, off } from "./support/numeric.ts";

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
