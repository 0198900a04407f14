/** The float32 kernel of entmax, any alpha from 1 up. */
import { entmaxBinary } from "./binaries.ts";
import { makeKernel } from "./run-kernel.ts";

export const entmaxKernel = /* @__PURE__ */ makeKernel(entmaxBinary);
