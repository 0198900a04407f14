/** The float32 kernel of tvmax. */
import binary from "./generated/tvmax.ts";
import { makeKernel } from "./run-kernel.ts";

export const tvmaxKernel = /* @__PURE__ */ makeKernel(binary, true);
