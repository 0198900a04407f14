/** Newton's method kept inside a bracket: the root of an increasing function, to the last bits, in finitely many steps. */

/**
 * The root of an increasing function f in [low, high], both of 0 or more. `step(x)` is f(x) / f'(x). A step that leaves
 * the bracket, or does not shrink to half of the last move, is replaced by halving the bracket. Ends when a step is
 * below rounding, or when small steps no longer shrink because rounding in f is all that is left.
 */
export function bracketedRoot(step: (x: number) => number, low: number, high: number, start: number): number {
  let x = start;
  let move = Infinity;
  for (let iteration = 0; iteration < 200; iteration++) {
    const s = step(x);
    const size = Math.abs(s);
    if (s > 0) high = Math.min(high, x);
    else low = Math.max(low, x);
    const target = Math.min(Math.max(x - s, low), high);
    const slow = size > move / 2;
    if (size <= 2 ** -53 * x || size <= 2 ** -60 || (slow && size <= 1e-9 * x)) return target;
    const next = slow || !(x - s > low && x - s < high) ? low + (high - low) / 2 : target;
    if (next === x || !(next > low && next < high)) return target;
    move = Math.abs(next - x);
    x = next;
  }
  return x;
}
