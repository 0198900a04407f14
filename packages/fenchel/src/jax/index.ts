/**
 * fenchel/jax: the mappings inside @jax-js/jax programs. One rule for what the core would refuse: numbers, names and shapes
 * throw; what only an array tells throws where the host reads it, and comes out NaN, in its row and the row's gradients, where
 * a graph runs, which can neither look nor throw.
 */
export {
  withAttention,
  withAttention as attender,
  mappings,
  type AttentionTransform,
  type AttentionTransform as Attender,
  type Compiled,
} from "./transform/with-attention.ts";
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
export type { ClosedForm, JaxMapping, HostSolution, HostMapping, HostMappingOptions } from "./transform/mapping.ts";
export type {
  AttentionTransformOptions,
  AttentionTransformOptions as AttenderOptions,
  Grid,
  Numbers,
  OptionRule,
  Parameter,
} from "./transform/options.ts";
export { oscarmax } from "./mappings/oscarmax.ts";
export type { Arrays, Attend, AttendOptions, Program } from "./transform/levels.ts";
export { coordinateArray, regressionArray } from "./continuous/regression.ts";
export type { GraphOptions } from "./transform/scores.ts";
export { softmax } from "./mappings/softmax.ts";
export { sparsemax } from "./mappings/sparsemax.ts";
export { tvmax } from "./mappings/tvmax.ts";
