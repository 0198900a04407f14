/** The float32 kernel of oscarmax. */
import binary from "./generated/oscarmax.ts";
import { makeKernel } from "./run-kernel.ts";

export const oscarmaxKernel = /* @__PURE__ */ makeKernel(binary);
