/** The place where `fenchel/parallel` hooks in: it may take over a kernel's calls. Nothing is hooked in by default. */
import type { CallShape, Kernel } from "./kernel.ts";

/** Takes over the calls it wants. */
export interface KernelDelegate {
  /** The kernel of the mapping `name`, spread over workers; undefined for a call that stays on this thread. */
  take(name: string, kernel: Kernel, call: CallShape): Kernel | undefined;
}

let delegate: KernelDelegate | undefined;

/** Hooks a delegate in, or takes it out. */
export function setKernelDelegate(value: KernelDelegate | undefined): void {
  delegate = value;
}

/** The kernel that runs a call of the mapping `name`: the delegate's where it takes the call, otherwise `kernel`. */
export function dispatch(name: string, kernel: Kernel, call: CallShape): Kernel {
  return delegate?.take(name, kernel, call) ?? kernel;
}
