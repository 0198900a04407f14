/** The float32 kernel of fusedmax. */
import { fusedmaxBinary } from "./binaries.ts";
import { makeKernel } from "./run-kernel.ts";

export const fusedmaxKernel = /* @__PURE__ */ makeKernel(fusedmaxBinary);
