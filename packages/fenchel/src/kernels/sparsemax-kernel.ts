/** The float32 kernel of sparsemax. */
import { sparsemaxBinary } from "./binaries.ts";
import { makeKernel } from "./run-kernel.ts";

export const sparsemaxKernel = /* @__PURE__ */ makeKernel(sparsemaxBinary);
