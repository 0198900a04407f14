/** Every kernel by its mapping's name, for a worker. */
import type { Kernel } from "../kernels/kernel.ts";
import { softmaxKernel } from "../kernels/softmax-kernel.ts";

export const kernelsByName: Readonly<Record<string, Kernel>> = { softmax: softmaxKernel };
