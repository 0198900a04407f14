/** The float32 kernel of softmax. */
import binary from "./generated/softmax.ts";
import { makeKernel } from "./run-kernel.ts";

export const softmaxKernel = /* @__PURE__ */ makeKernel(binary, false, true);
