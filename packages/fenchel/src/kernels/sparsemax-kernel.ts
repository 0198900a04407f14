/** The float32 kernel of sparsemax. */
import { sparsemaxBinary } from "./runtime/binaries.ts";
import { makeKernel } from "./runtime/run.ts";

export const sparsemaxKernel = /* @__PURE__ */ makeKernel(sparsemaxBinary);
