/** Loading kernels: on a machine with SIMD, on one without, and the memory they share. */
import { afterEach, describe, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** A fresh copy of the library, as on first use. */
async function fresh() {
  vi.resetModules();
  const fenchel = await import("../../src/index.ts");
  const loader = await import("../../src/kernels/runtime/loader.ts");
  return { ...fenchel, ...loader };
}

describe("without SIMD", () => {
  test("Float32Array scores take the float64 code, and one warning says so", async () => {
    const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { sparsemax, softmax, kernelsAvailable } = await fresh();
    const weights = sparsemax(Float32Array.of(1, 0.5, -1));
    expect(weights).toBeInstanceOf(Float32Array);
    expect(Array.from(weights)).toEqual([0.75, 0.25, 0]);
    const { pullback } = softmax.vjp(Float32Array.of(0, 0));
    expect(Array.from(pullback(Float32Array.of(1, 0)).scores)).toEqual([0.25, -0.25]);
    expect(kernelsAvailable()).toBe(false);
    expect(validate).toHaveBeenCalledOnce();
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toContain("SIMD");
  });

  test("a machine without WebAssembly is one without SIMD", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { sparsemax } = await fresh();
    expect(Array.from(sparsemax(Float32Array.of(1, 0.5, -1)))).toEqual([0.75, 0.25, 0]);
    expect(warn).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });
});

test("where a page forbids WebAssembly, too, the float64 code answers, and one warning says why", async () => {
  vi.spyOn(WebAssembly, "Module").mockImplementation(function refuse() {
    throw new WebAssembly.CompileError("blocked by the security policy");
  });
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const { sparsemax, softmax } = await fresh();
  expect(Array.from(sparsemax(Float32Array.of(1, 0.5, -1)))).toEqual([0.75, 0.25, 0]);
  expect(Array.from(softmax(Float32Array.of(0, 0)))).toEqual([0.5, 0.5]);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toContain("blocked by the security policy");
});

describe("with SIMD", () => {
  test("the kernel runs without a warning, and the switch sends calls to the float64 code", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const instantiate = vi.spyOn(WebAssembly, "Module");
    const { sparsemax, setKernelsEnabled } = await fresh();
    setKernelsEnabled(false);
    sparsemax(Float32Array.of(1, 0.5, -1));
    expect(instantiate).not.toHaveBeenCalled();
    setKernelsEnabled(true);
    expect(Array.from(sparsemax(Float32Array.of(1, 0.5, -1)))).toEqual([0.75, 0.25, 0]);
    // The rows' module and sparsemax's own.
    expect(instantiate).toHaveBeenCalledTimes(2);
    sparsemax(Float32Array.of(1, 0.5, -1));
    expect(instantiate).toHaveBeenCalledTimes(2);
    expect(warn).not.toHaveBeenCalled();
  });

  test("the shared memory grows for a large call, by half at least, and not again for smaller ones", async () => {
    const { sparsemax } = await fresh();
    const { scratch } = await import("../../src/kernels/runtime/memory.ts");
    const small = scratch.memory.buffer.byteLength;
    sparsemax(new Float32Array(10));
    expect(scratch.memory.buffer.byteLength).toBe(small);
    sparsemax(new Float32Array(1_000_000));
    const grown = scratch.memory.buffer.byteLength;
    expect(grown).toBeGreaterThan(3 * 4_000_000);
    expect(grown).toBeLessThan(8 * 4_000_000);
    for (const n of [5, 999, 500_000, 1_000_000]) sparsemax(new Float32Array(n));
    expect(scratch.memory.buffer.byteLength).toBe(grown);
    const before = scratch.memory.buffer.byteLength;
    scratch.views(before + 1);
    expect(scratch.memory.buffer.byteLength).toBeGreaterThanOrEqual(1.4 * before);
  });
});
