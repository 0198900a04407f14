/** Learning rate schedules. */

/** Share of the learning rate that is left at the end. */
const LAST_SHARE = 0.05;

/** Learning rate that decays linearly from `learningRate` at the first step to a twentieth of it at the last. */
export function linearDecay(learningRate: number): (step: number, steps: number) => number {
  return (step, steps) => learningRate * (1 - (1 - LAST_SHARE) * ((step - 1) / steps));
}

/**
 * Learning rate that rises linearly to `learningRate` over the first `warmUp` steps (or a third of all, when that is less) and then decays
 * linearly to a twentieth of it at the last.
 */
export function warmupLinearDecay(learningRate: number, warmUp: number): (step: number, steps: number) => number {
  return (step, steps) => {
    const rise = Math.min(warmUp, steps / 3);
    if (step <= rise) return (learningRate * step) / rise;
    return learningRate * (1 - (1 - LAST_SHARE) * ((step - rise) / Math.max(1, steps - rise)));
  };
}
