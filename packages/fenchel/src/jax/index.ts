/** fenchel/jax: the mappings inside @jax-js/jax programs. */
export { attender, mappings, type Attender, type Compiled } from "./transform/attender.ts";
export {
  combinedAttention,
  continuousAttention,
  positionWeights,
  type CombinedAttentionArrays,
  type ContinuousAttentionArrays,
} from "./continuous/attention.ts";
export { expectedBasis, type DensityOptions, type QuadratureOptions } from "./continuous/expectation.ts";
export { discreteMoments, type MomentOptions } from "./continuous/moments.ts";
export { entmax } from "./mappings/entmax.ts";
export { fusedmax } from "./mappings/fusedmax.ts";
export type { ClosedForm, JaxMapping, Solution, Solved, SolvedOptions } from "./transform/mapping.ts";
export type { AttenderOptions, Grid, Numbers, OptionRule } from "./transform/options.ts";
export { oscarmax } from "./mappings/oscarmax.ts";
export type { Arrays, Attend, AttendOptions, Program } from "./transform/levels.ts";
export { coordinateArray, regressionArray } from "./continuous/regression.ts";
export type { GraphOptions, Parameter } from "./transform/scores.ts";
export { softmax } from "./mappings/softmax.ts";
export { sparsemax } from "./mappings/sparsemax.ts";
export { tvmax } from "./mappings/tvmax.ts";
