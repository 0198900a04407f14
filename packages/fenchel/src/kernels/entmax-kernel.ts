/** The float32 kernel of entmax, any alpha from 1 up. */
import binary from "./generated/entmax.ts";
import { makeKernel } from "./run-kernel.ts";

export const entmaxKernel = /* @__PURE__ */ makeKernel(binary);
