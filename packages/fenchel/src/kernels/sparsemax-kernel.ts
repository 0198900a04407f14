/** The float32 kernel of sparsemax. */
import binary from "./generated/sparsemax.ts";
import { makeKernel } from "./run-kernel.ts";

export const sparsemaxKernel = /* @__PURE__ */ makeKernel(binary);
