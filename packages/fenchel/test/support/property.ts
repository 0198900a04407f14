/** fast-check for random configurations, with the seed and the number of cases of the whole repository. */
export { cases, fc, propertyTimeout } from "../../../../testing/property.ts";
