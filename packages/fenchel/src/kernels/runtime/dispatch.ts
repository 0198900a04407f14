/** The place where `fenchel/parallel` hooks in: it may take over a kernel's calls. Nothing is hooked in by default. */
import type { Kernel, KernelCall } from "./kernel.ts";

/** Takes over the calls it wants; otherwise a kernel as any other. */
export interface KernelDelegate {
  wants(name: string, call: Omit<KernelCall, "scores">): boolean;
  /** The kernel of the mapping `name`, which itself is `kernel`, spread over workers. */
  kernelFor(name: string, kernel: Kernel): Kernel;
}

let delegate: KernelDelegate | undefined;

/** Hooks a delegate in, or takes it out. */
export function setKernelDelegate(value: KernelDelegate | undefined): void {
  delegate = value;
}

/** The kernel that should run a call: the mapping's own, or the delegate's. */
export function kernelFor(name: string, kernel: Kernel, call: Omit<KernelCall, "scores">): Kernel {
  return delegate?.wants(name, call) === true ? delegate.kernelFor(name, kernel) : kernel;
}
