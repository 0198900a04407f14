/** A mapping of a program from its two halves: a solver for the host, and weights that the graph can differentiate. */
import { Array as ConcreteArray, tree, type numpy as np } from "@jax-js/jax";
import { arraysToRead, hostScores, toArrays, type HostScores, type SolvedArrays } from "./host-callback.ts";
import type { HostSolution, HostMapping, HostMappingOptions } from "./mapping.ts";
import type { OptionRule } from "./options.ts";
import { checkOptions } from "../../core/arguments.ts";
import { checkAxis } from "./scores.ts";

/** The two halves. */
interface Halves {
  readonly mappingName: string;
  readonly takes: readonly OptionRule[];
  /** Solves every row. */
  readonly solveRows: (read: HostScores, options: HostMappingOptions) => SolvedArrays;
  /** The solution's weights with their derivative in the scores and in parameters that are arrays. Owns its arguments. */
  readonly applySolution: (scores: np.Array, solution: HostSolution, options: HostMappingOptions) => np.Array;
}

/** The mapping of two halves. */
export function hostMapping({ mappingName: name, takes, solveRows, applySolution }: Halves): HostMapping {
  const names = ["mask", ...takes.map((rule) => rule.name)];
  const answer = (shape: readonly number[], reads: readonly unknown[], options: HostMappingOptions): HostSolution => {
    const read = hostScores(shape, reads as readonly (ArrayLike<number> | undefined)[], options);
    return toArrays(solveRows(read, options), shape);
  };

  const solve = async (scores: np.Array, options: Omit<HostMappingOptions, "solution"> = {}): Promise<HostSolution> => {
    checkOptions(name, options, names);
    checkAxis(name, scores);
    const { shape } = scores;
    const reads = await Promise.all(arraysToRead(scores, options).map((array) => array?.data()));
    return answer(shape, reads, options);
  };

  const mapping = (scores: np.Array, options: HostMappingOptions = {}): np.Array => {
    checkOptions(name, options, [...names, "solution"]);
    checkAxis(name, scores);
    if (options.solution !== undefined) return applySolution(scores, options.solution, options);
    if (!(scores instanceof ConcreteArray)) {
      throw new TypeError(
        `${name}: the host must solve it, so inside jit or grad it needs options.solution: call the model through withAttention("${name}")`,
      );
    }
    const { shape } = scores;
    const { weights, ...rest } = answer(
      shape,
      arraysToRead(scores, options).map((array) => array?.dataSync()),
      options,
    );
    tree.dispose(rest);
    return weights;
  };

  return Object.assign(mapping, { mappingName: name, takes, kind: "solved" as const, solve });
}
