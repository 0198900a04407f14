/**
 * What pullbacks keep of their forward pass, a copy of their own: the caller may change the weights before. While there is
 * room it stays where the kernel wrote it, stacked at the bottom of the kernels' memory; otherwise it lies in arrays.
 */
import { padded, scratch } from "./memory.ts";

export interface Memory {
  readonly size: number;
  /** Address of the weights on the stack; -1 when they lie in the array. */
  at: number;
  weights: Float32Array | null;
  readonly groups: Int32Array | null;
  /** Whether the pullback was called, or there is none yet. */
  idle: boolean;
  /** Whether the next call into some `out` takes it over. */
  reused: boolean;
}

/** A pullback's hold on its memory; undefined when it went to a later call. */
export interface Kept {
  memory: Memory | undefined;
}

/** Bytes below which a copy costs nothing, and of the stack at most. */
const LEAST = 4096;
const MOST = 1 << 22;

const stack: Memory[] = [];

/** What was kept last for weights written to some `out`: a loop that reuses `out` reuses this, too. */
const keptFor = new WeakMap<Float32Array, Kept>();

/**
 * Memory for what a call keeps. `stays`: its kernel can write the weights on the stack, if there is room, for which the newest
 * there that no loop comes back to, or any, move out.
 */
export function keep(weights: Float32Array, grouped: boolean, reused: boolean, stays: boolean): Kept {
  const size = weights.length;
  const bytes = padded(4 * size);
  const last = reused ? keptFor.get(weights) : undefined;
  let memory = last?.memory;
  if (memory?.idle === true && (memory.groups !== null) === grouped && (stays || memory.at < 0)) {
    last!.memory = undefined;
  } else {
    if (memory !== undefined) memory.reused = false;
    memory = { size, at: -1, weights: null, groups: grouped ? new Int32Array(size) : null, idle: true, reused };
  }
  const kept = { memory };
  if (reused) keptFor.set(weights, kept);
  if (stays && memory.at < 0 && bytes > LEAST && bytes < MOST) {
    for (let top; (top = stack.at(-1)) !== undefined; stack.pop()) {
      if ((top.reused || !top.idle) && scratch.base + bytes <= MOST) break;
      top.weights ??= new Float32Array(top.size);
      top.weights.set(new Float32Array(scratch.memory.buffer, top.at, top.size));
      scratch.base = top.at;
      top.at = -1;
    }
    memory.at = scratch.base;
    scratch.base += bytes;
    stack.push(memory);
  }
  if (memory.at < 0) memory.weights ??= new Float32Array(size);
  return kept;
}
