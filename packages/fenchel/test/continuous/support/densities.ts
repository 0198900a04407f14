/** What the tests of densities share: covariances and integrals over them. */
import type { Density } from "../../../src/index.ts";
import { integral } from "./numeric.ts";

/** A covariance-like matrix of any size. */
export function spd(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    return i === j ? 0.5 + 0.3 * i : 0.1 / (1 + Math.abs(i - j));
  });
}

/** int g(t) p(t) dt on the line, between the ends of the support and across the kink at the location. */
export function lineIntegral(p: Density, g: (t: number, density: number) => number): number {
  if (p.support.kind !== "interval") throw new Error("a density on the line is needed");
  const middle = p.mean[0]!;
  const spread = Math.sqrt(p.covariance[0]!);
  const from = Math.max(p.support.from, middle - 40 * spread);
  const to = Math.min(p.support.to, middle + 40 * spread);
  const f = (t: number) => g(t, p.density([t])[0]!);
  return integral(f, from, middle) + integral(f, middle, to);
}
