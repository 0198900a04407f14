/**
 * Residuals of the vjp: the copy of the weights (and groups) that a pullback reads, since the caller may change the weights
 * before. While there is room they stay where the kernel wrote them, stacked at the bottom of the kernels' memory; otherwise
 * they lie in arrays.
 */
import { padded, scratch } from "./memory.ts";

export interface Residuals {
  readonly size: number;
  /** Address of the weights on the stack; -1 when they lie in the array. */
  at: number;
  weights: Float32Array | null;
  readonly groups: Int32Array | null;
  /** Whether the pullback was called, or there is none yet. */
  idle: boolean;
  /** Whether the next call into some `out` takes the memory over. */
  reused: boolean;
}

/** A pullback's hold on its residuals; undefined when a later call overwrote them. */
export interface SavedResiduals {
  residuals: Residuals | undefined;
}

/** Bytes below which a copy costs nothing, and of the stack at most. */
const LEAST = 4096;
const MOST = 1 << 22;

const stack: Residuals[] = [];

/** The residuals saved last for weights in some `out`: a loop that reuses `out` reuses their memory, too. */
const savedFor = new WeakMap<Float32Array, SavedResiduals>();

/**
 * Memory for a call's residuals: that of the last call with these `weights` if they are `reused` and its pullback was
 * called. `stays`: the kernel can leave the weights on the stack. If that is full the newest residuals there that no loop
 * comes back to, or any, move out to arrays.
 */
export function saveResiduals(
  weights: Float32Array,
  grouped: boolean,
  reused: boolean,
  stays: boolean,
): SavedResiduals {
  const size = weights.length;
  const bytes = padded(4 * size);
  const last = reused ? savedFor.get(weights) : undefined;
  let residuals = last?.residuals;
  if (residuals?.idle === true && (residuals.groups !== null) === grouped && (stays || residuals.at < 0)) {
    last!.residuals = undefined;
  } else {
    if (residuals !== undefined) residuals.reused = false;
    residuals = { size, at: -1, weights: null, groups: grouped ? new Int32Array(size) : null, idle: true, reused };
  }
  const saved = { residuals };
  if (reused) savedFor.set(weights, saved);
  if (stays && residuals.at < 0 && bytes > LEAST && bytes < MOST) {
    for (let top; (top = stack.at(-1)) !== undefined; stack.pop()) {
      if ((top.reused || !top.idle) && scratch.base + bytes <= MOST) break;
      top.weights ??= new Float32Array(top.size);
      top.weights.set(new Float32Array(scratch.memory.buffer, top.at, top.size));
      scratch.base = top.at;
      top.at = -1;
    }
    residuals.at = scratch.base;
    scratch.base += bytes;
    stack.push(residuals);
  }
  if (residuals.at < 0) residuals.weights ??= new Float32Array(size);
  return saved;
}
