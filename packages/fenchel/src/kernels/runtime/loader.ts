/** Loads kernels: text -> WebAssembly module -> functions, at once and without a file, over one shared memory. */
import { scratch } from "./memory.ts";

/** A module with one function that uses a vector: a machine that does not validate it has no SIMD. */
const probe = "(~0~B~<)((()-)~/()~J+*)(22)0(j(%7%~13";

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

/** The bytes of a module's text, see scripts/build-kernels.mjs: 89 digits, after ~ 89 more, after } the rest, less 5. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let size = 0;
  let offset = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 124) offset = code === 126 ? 89 : 178;
    else {
      bytes[size++] = offset + code - (code < 92 ? 40 : 41);
      offset = 0;
    }
  }
  return bytes.slice(0, size);
}

/** A function that instantiates the module on its first call and returns the same exports ever after; `rows`: what it imports. */
export function lazyModule<Exports>(text: string, rows?: () => unknown): () => Exports {
  let exports: Exports | undefined;
  return () => {
    if (exports === undefined) {
      const module = new WebAssembly.Module(decode(text));
      exports = new WebAssembly.Instance(module, { env: scratch, rows: rows?.() } as WebAssembly.Imports)
        .exports as Exports;
    }
    return exports;
  };
}
