/** Loads kernels: base64 -> WebAssembly module -> functions, at once and without a file, over one shared memory. */
import { scratch } from "./memory.ts";

/** A module with one function that uses a vector: a machine that does not validate it has no SIMD. */
const probe = "AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==";

let simd: boolean | undefined;
let enabled = true;

function hasSimd(): boolean {
  try {
    return typeof WebAssembly === "object" && WebAssembly.validate(decode(probe));
  } catch {
    return false;
  }
}

/** Whether kernels run here. Where the machine cannot run them, says so once. */
export function kernelsAvailable(): boolean {
  if (simd === undefined) {
    simd = hasSimd();
    if (!simd) console.warn("fenchel: no WebAssembly SIMD here, so Float32Array scores take the slower float64 code");
  }
  return simd && enabled;
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
