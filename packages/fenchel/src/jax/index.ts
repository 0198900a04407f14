/** fenchel/jax: the mappings inside @jax-js/jax programs. */
export { attender, mappings, type Attender, type Compiled, type Numbers } from "./attender.ts";
export { fusedmax } from "./fusedmax.ts";
export type { ClosedForm, JaxMapping, Solution, Structured, StructuredOptions } from "./mapping.ts";
export { oscarmax } from "./oscarmax.ts";
export type { Arrays, Attend, AttendOptions, Program } from "./plan.ts";
export type { GraphOptions, Parameter } from "./scores.ts";
export { softmax } from "./softmax.ts";
export { sparsemax } from "./sparsemax.ts";
