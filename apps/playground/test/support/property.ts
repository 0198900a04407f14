/** fast-check with as many runs as the shapes of the page need. */
import { cases, fc } from "../../../../testing/property.ts";

fc.configureGlobal(cases(200));

export { fc };
