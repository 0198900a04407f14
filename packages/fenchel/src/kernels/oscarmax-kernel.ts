/** The float32 kernel of oscarmax. */
import { oscarmaxBinary } from "./runtime/binaries.ts";
import { makeKernel } from "./runtime/run.ts";

export const oscarmaxKernel = /* @__PURE__ */ makeKernel(oscarmaxBinary);
