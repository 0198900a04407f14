/** The float32 kernel of tvmax. */
import { tvmaxBinary } from "./binaries.ts";
import { makeKernel } from "./run-kernel.ts";

export const tvmaxKernel = /* @__PURE__ */ makeKernel(tvmaxBinary, true);
