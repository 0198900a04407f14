/** fenchel: sparse and structured attention mappings with exact forward and backward passes. */
export { attention, type AttentionGradients, type AttentionVectorJacobian } from "./attention/attention.ts";
export type { AttentionMapping, AttentionOptions, MappingOptionsOf } from "./attention/options.ts";
export { softmax } from "./mappings/softmax.ts";
export { sparsemax } from "./mappings/sparsemax.ts";
export { csparsemax } from "./mappings/csparsemax.ts";
export { entmax } from "./mappings/entmax.ts";
export { sqPnormMax } from "./mappings/sq-pnorm-max.ts";
export { normmax } from "./mappings/normmax.ts";
export { budgetmax } from "./mappings/budgetmax.ts";
export { topkmax, type TopkBase } from "./mappings/topkmax.ts";
export { fusedmax } from "./mappings/fusedmax.ts";
export { oscarmax } from "./mappings/oscarmax.ts";
export { tvmax, type GridOptions } from "./mappings/tvmax.ts";
export { graphmax, type GraphOptions } from "./mappings/graphmax.ts";
export { regularized, type RegularizedOptions, type Regularizer } from "./mappings/regularized.ts";
export { registry } from "./registry.ts";
export type { AnyMapping, AnyMappingOptions, RegistryEntry, RegistryParameter } from "./core/mapping-info.ts";
export type {
  Gradients,
  JacobianVector,
  LossAndGradient,
  Mapping,
  MappingOptions,
  Out,
  StructuredMapping,
  Targets,
  VectorJacobian,
} from "./core/contract.ts";
export type { HyperParameter, RowOptions, SameForm, SameKind, Scores } from "./core/rows.ts";
export * from "./continuous/index.ts";
