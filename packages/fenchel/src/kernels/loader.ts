/** Loads kernels: base64 -> WebAssembly module -> functions, at once and without a file, over one shared memory. */
import { scratch } from "./memory.ts";

/** A module with one function that uses a vector: a machine that does not validate it has no SIMD. */
const probe = "AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==";

let runnable: boolean | undefined;
let enabled = true;

function hasSimd(): boolean {
  try {
    return typeof WebAssembly === "object" && WebAssembly.validate(decode(probe));
  } catch {
    return false;
  }
}

/** Gives kernels up, and says so once. */
function giveUp(reason: string): void {
  runnable = false;
  console.warn(`fenchel: ${reason}, so Float32Array scores take the slower float64 code`);
}

/** Whether this machine runs kernels, as far as one can tell before loading one. */
export function kernelsAvailable(): boolean {
  if (runnable === undefined) {
    runnable = hasSimd();
    if (!runnable) giveUp("no WebAssembly SIMD here");
  }
  return runnable && enabled;
}

/** Whether a module loads. A page's security policy may forbid it, however able the machine. */
export function loads(load: () => unknown): boolean {
  if (!kernelsAvailable()) return false;
  try {
    load();
    return true;
  } catch (error) {
    giveUp(`WebAssembly does not load here (${error instanceof Error ? error.message : String(error)})`);
    return false;
  }
}

/** For tests: false sends Float32Array scores through the float64 code. */
export function setKernelsEnabled(value: boolean): void {
  enabled = value;
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const decoder = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (decoder.fromBase64 !== undefined) return decoder.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A function that instantiates the module on its first call and returns the same exports ever after. */
export function lazyModule<Exports>(base64: string): () => Exports {
  let exports: Exports | undefined;
  return () => {
    if (exports === undefined) {
      const module = new WebAssembly.Module(decode(base64));
      exports = new WebAssembly.Instance(module, { env: { memory: scratch.memory } }).exports as Exports;
    }
    return exports;
  };
}
