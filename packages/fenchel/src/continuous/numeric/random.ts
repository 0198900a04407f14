/** Draws from the distributions that sampling needs, from a generator of uniform numbers in [0, 1) passed in. */

/** Uniform numbers in [0, 1), such as Math.random or a seeded generator. */
export type Random = () => number;

/** A uniform number in (0, 1]: safe under a logarithm. */
export function positiveUniform(random: Random): number {
  return 1 - random();
}

/** A standard normal number (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(positiveUniform(random))) * Math.cos(2 * Math.PI * random());
}

/** A Gamma(shape, 1) number for shape >= 1 (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000). */
export function gammaVariate(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(positiveUniform(random)) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
