/** A mapping of a program from its two halves: a solver for the host, and weights that the graph can differentiate. */
import { Array as ConcreteArray, tree, type numpy as np } from "@jax-js/jax";
import { arraysToRead, hostScores, toArrays, type HostScores, type HostSolution } from "./host-callback.ts";
import type { Solution, Solved, SolvedOptions } from "./mapping.ts";
import type { OptionRule } from "./options.ts";
import { checkAxis } from "./scores.ts";

/** The two halves. */
interface Halves {
  readonly mappingName: string;
  readonly takes: readonly OptionRule[];
  /** Solves every row. */
  readonly solveRows: (read: HostScores, options: SolvedOptions) => HostSolution;
  /** The solution's weights with their derivative in the scores and in parameters that are arrays. Owns its arguments. */
  readonly weigh: (scores: np.Array, solution: Solution, options: SolvedOptions) => np.Array;
}

/** The mapping of two halves. */
export function solvedOnHost({ mappingName: name, takes, solveRows, weigh }: Halves): Solved {
  const answer = (shape: readonly number[], reads: readonly unknown[], options: SolvedOptions): Solution => {
    const read = hostScores(shape, reads as readonly (ArrayLike<number> | undefined)[], options);
    return toArrays(solveRows(read, options), shape);
  };

  const solve = async (scores: np.Array, options: Omit<SolvedOptions, "solution"> = {}): Promise<Solution> => {
    checkAxis(name, scores);
    const { shape } = scores;
    const reads = await Promise.all(arraysToRead(scores, options).map((array) => array?.data()));
    return answer(shape, reads, options);
  };

  const mapping = (scores: np.Array, options: SolvedOptions = {}): np.Array => {
    checkAxis(name, scores);
    if (options.solution !== undefined) return weigh(scores, options.solution, options);
    if (!(scores instanceof ConcreteArray)) {
      throw new TypeError(
        `${name}: the host must solve it, so inside jit or grad it needs options.solution: call the model through attender("${name}")`,
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
