/** The float32 kernel of softmax. */
import { softmaxBinary } from "./binaries.ts";
import { makeKernel } from "./run-kernel.ts";

export const softmaxKernel = /* @__PURE__ */ makeKernel(softmaxBinary, false, true);
