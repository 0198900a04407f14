/** fenchel/jax: the mappings inside @jax-js/jax programs. */
export { attender, mappings, type Attender, type Compiled } from "./attender.ts";
export {
  combinedAttention,
  continuousAttention,
  positionWeights,
  type CombinedAttentionArrays,
  type ContinuousAttentionArrays,
} from "./continuous-attention.ts";
export { expectedBasis, type DensityOptions, type QuadratureOptions } from "./continuous-expectation.ts";
export { discreteMoments, type MomentOptions } from "./continuous-moments.ts";
export { entmax } from "./entmax.ts";
export { fusedmax } from "./fusedmax.ts";
export type { ClosedForm, JaxMapping, Solution, Solved, SolvedOptions } from "./mapping.ts";
export type { AttenderOptions, Grid, Numbers, OptionRule } from "./options.ts";
export { oscarmax } from "./oscarmax.ts";
export type { Arrays, Attend, AttendOptions, Program } from "./plan.ts";
export { coordinateArray, regressionArray } from "./regression-array.ts";
export type { GraphOptions, Parameter } from "./scores.ts";
export { softmax } from "./softmax.ts";
export { sparsemax } from "./sparsemax.ts";
export { tvmax } from "./tvmax.ts";
