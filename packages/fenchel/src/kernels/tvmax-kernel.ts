/** The float32 kernel of tvmax. */
import { tvmaxBinary } from "./runtime/binaries.ts";
import { makeKernel } from "./runtime/run.ts";

export const tvmaxKernel = /* @__PURE__ */ makeKernel(tvmaxBinary, true);
