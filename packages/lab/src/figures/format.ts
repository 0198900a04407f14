/** Numbers and options as figures and tables show them. */

const SYMBOLS: Readonly<Record<string, string>> = { lambda: "\u03bb", gamma: "\u03b3", alpha: "\u03b1" };

/** "λ = 0.1, γ = 2". */
export function describeOptions(options: Readonly<Record<string, number>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${SYMBOLS[name] ?? name} = ${Number(value.toPrecision(3))}`)
    .join(", ");
}

/** Two digits, but never a rounded-up certainty. */
export function formatProbability(probability: number): string {
  if (probability < 1 && probability > 0.995) return ">\u00a00.99";
  return probability.toFixed(2);
}

/** Whole percent. */
export const formatPercent = (share: number): string => `${Math.round(100 * share)}\u00a0%`;
