/** Fenchel-Young losses of densities: their zero, their gradients, and the divergence that they are at alpha 1. */
import { describe, expect, test } from "vitest";
import { betaGaussian, betaLaplace, canonicalGaussian, fenchelYoungLoss, gaussian, laplace } from "../../src/index.ts";
import { lineIntegral, spd } from "./support/densities.ts";
import { gradientOf, integral, mostOff, off, slope, symmetricGradient } from "./support/numeric.ts";

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
