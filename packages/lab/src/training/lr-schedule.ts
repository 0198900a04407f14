/** Step sizes that rise before they fall. */

/** Share of the learning rate that is left at the end. */
const LAST_SHARE = 0.05;

/**
 * A learning rate that rises in a line to `learningRate` over the first `warmUp` steps (or a third of all, when that is less) and then
 * falls in a line to a twentieth of it at the last.
 */
export function warmupLinearDecay(learningRate: number, warmUp: number): (step: number, steps: number) => number {
  return (step, steps) => {
    const rise = Math.min(warmUp, steps / 3);
    if (step <= rise) return (learningRate * step) / rise;
    return learningRate * (1 - (1 - LAST_SHARE) * ((step - rise) / Math.max(1, steps - rise)));
  };
}
