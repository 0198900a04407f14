/**
 * The one memory that all kernels work in. Below `base` stands what pullbacks keep, see residuals.ts; a call's layout starts there,
 * and nothing in it outlives the call.
 */

const PAGE = 65_536;

/** Views on the whole memory; made anew when it grew. */
interface Views {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

let memory: WebAssembly.Memory | undefined;
let views: Views | undefined;

/** Bytes taken for so many: whole cache lines, with room for a vector that spills past the end. */
export function padded(bytes: number): number {
  return (bytes + 79) & -64;
}

export const scratch = {
  /** Where a call's layout starts. */
  base: 0,

  get memory(): WebAssembly.Memory {
    return (memory ??= new WebAssembly.Memory({ initial: 8 }));
  },

  /** Views on at least `bytes` bytes. It grows by half at least, and never beyond that of the largest call. */
  views(bytes: number): Views {
    const owner = scratch.memory;
    const missing = Math.ceil((bytes - owner.buffer.byteLength) / PAGE);
    if (missing > 0) {
      const pages = owner.buffer.byteLength / PAGE;
      owner.grow(Math.min(Math.max(missing, pages >> 1), 65_536 - pages));
    }
    const { buffer } = owner;
    if (views === undefined || views.u8.buffer !== buffer) {
      views = {
        u8: new Uint8Array(buffer),
        i32: new Int32Array(buffer),
        f32: new Float32Array(buffer),
        f64: new Float64Array(buffer),
      };
    }
    return views;
  },
};
