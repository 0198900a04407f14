/** The float32 kernel of entmax, any alpha from 1 up. */
import { entmaxBinary } from "./runtime/binaries.ts";
import { makeKernel } from "./runtime/run.ts";

export const entmaxKernel = /* @__PURE__ */ makeKernel(entmaxBinary);
