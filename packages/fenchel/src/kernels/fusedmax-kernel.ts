/** The float32 kernel of fusedmax. */
import binary from "./generated/fusedmax.ts";
import { makeKernel } from "./run-kernel.ts";

export const fusedmaxKernel = /* @__PURE__ */ makeKernel(binary);
