/** Bytes allocated per call, by the engine's own count between two collections. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { type: "minor" }) => void;

let collector: Collect | null | undefined;

/** The garbage collector, switched on at run time; null on an engine that has none to offer. */
function garbageCollector(): Collect | null {
  if (collector === undefined) {
    try {
      setFlagsFromString("--expose-gc");
      const found: unknown = globalThis.gc ?? runInNewContext("gc");
      collector = typeof found === "function" ? (found as Collect) : null;
    } catch {
      collector = null;
    }
  }
  return collector;
}

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function growthOver(call: () => void): number {
  const before = bytesInUse();
  call();
  return bytesInUse() - before;
}

function nothing(): void {}

/**
 * Bytes in use after a call less those before it, on the heap and in array buffers; null where the collector cannot be
 * reached. A collection of the engine's own accord can only hide a part, so the largest of a few calls is the answer.
 */
export function bytesPerCall(call: () => void, calls = 4): number | null {
  const collect = garbageCollector();
  if (collect === null) return null;
  let most = 0;
  for (let i = 0; i < calls; i++) {
    // Young memory is where a call allocates; a full collection would take longer than the bench.
    collect({ type: "minor" });
    // The measuring itself allocates: an empty call shows how much, unless what earlier calls left is freed meanwhile.
    const own = Math.max(0, growthOver(nothing));
    most = Math.max(most, growthOver(call) - own);
  }
  return most;
}
