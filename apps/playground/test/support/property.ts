/** fast-check with as many runs as the shapes of the page need. */
import { fc, runs } from "../../../../testing/property.ts";

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: runs(200) });

export { fc };
