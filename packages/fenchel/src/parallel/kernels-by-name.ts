/** Every kernel by its mapping's name, for a worker. */
import { entmaxKernel } from "../kernels/entmax-kernel.ts";
import { fusedmaxKernel } from "../kernels/fusedmax-kernel.ts";
import type { Kernel } from "../kernels/runtime/kernel.ts";
import { oscarmaxKernel } from "../kernels/oscarmax-kernel.ts";
import { softmaxKernel } from "../kernels/softmax-kernel.ts";
import { sparsemaxKernel } from "../kernels/sparsemax-kernel.ts";
import { tvmaxKernel } from "../kernels/tvmax-kernel.ts";

export const kernelsByName: Readonly<Record<string, Kernel>> = {
  entmax: entmaxKernel,
  fusedmax: fusedmaxKernel,
  oscarmax: oscarmaxKernel,
  softmax: softmaxKernel,
  sparsemax: sparsemaxKernel,
  tvmax: tvmaxKernel,
};
