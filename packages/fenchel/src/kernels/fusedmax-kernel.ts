/** The float32 kernel of fusedmax. */
import { fusedmaxBinary } from "./runtime/binaries.ts";
import { makeKernel } from "./runtime/run.ts";

export const fusedmaxKernel = /* @__PURE__ */ makeKernel(fusedmaxBinary);
