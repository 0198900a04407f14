/** The float32 kernel of oscarmax. */
import { oscarmaxBinary } from "./binaries.ts";
import { makeKernel } from "./run-kernel.ts";

export const oscarmaxKernel = /* @__PURE__ */ makeKernel(oscarmaxBinary);
