/** The float32 kernel of softmax. */
import { softmaxBinary } from "./runtime/binaries.ts";
import { makeKernel } from "./runtime/run.ts";

export const softmaxKernel = /* @__PURE__ */ makeKernel(softmaxBinary, false, true);
