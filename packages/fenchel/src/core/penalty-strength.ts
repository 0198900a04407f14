/** Strength lambda of a structured penalty inside Omega: the hyper-parameter of every mapping that fuses weights. */
import type { HyperParameterSpec } from "./hyper-parameters.ts";
import type { ParameterFacts } from "./mapping-info.ts";

export const lambdaSpec: HyperParameterSpec<"lambda"> = {
  name: "lambda",
  default: 0.1,
  least: 0,
  accepts: (value) => value >= 0 && value < Infinity,
  range: "a finite number of 0 or more",
};

export const lambdaFacts: Omit<ParameterFacts, "samples"> = {
  description: "how strongly entries fuse",
  typicalRange: [0, 3],
};
