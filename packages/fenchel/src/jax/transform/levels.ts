/** Which attention of a program depends on which: the order in which the host can solve them. */
import { lax, makeJaxpr, tree, type JsTree, type numpy as np } from "@jax-js/jax";
import type { HostMappingOptions } from "./mapping.ts";
import type { Grid, Numbers } from "./options.ts";

export type AttendOptions = Omit<HostMappingOptions, "solution">;

/** Attention inside a program: scores -> weights along the last axis. Owns its arguments. */
export type Attend = (scores: np.Array, options?: AttendOptions) => np.Array;

/** Arrays in any nesting of lists and records. */
export type Arrays = JsTree<np.Array>;

/** A program that is given the attention it uses. */
export type Program<A extends Arrays[], R> = (attend: Attend, ...args: A) => R;

/** The arrays of one `attend` call, numbers left out. */
export type AttendArrays = {
  readonly scores: np.Array;
  readonly mask?: np.Array;
  readonly gamma?: np.Array;
  readonly lambda?: np.Array;
};

export function attendArrays(scores: np.Array, { mask, gamma, lambda }: AttendOptions): AttendArrays {
  return {
    scores,
    ...(mask === undefined ? {} : { mask }),
    ...(gamma === undefined || typeof gamma === "number" ? {} : { gamma }),
    ...(lambda === undefined || typeof lambda === "number" ? {} : { lambda }),
  };
}

/** The options of one `attend` call that are no arrays. */
export type AttendConstants = Numbers & { readonly grid?: Grid | undefined };

export function attendConstants({ gamma, lambda, alpha, grid }: AttendOptions): AttendConstants {
  return {
    ...(typeof gamma === "number" ? { gamma } : {}),
    ...(typeof lambda === "number" ? { lambda } : {}),
    ...(alpha === undefined ? {} : { alpha }),
    ...(grid === undefined ? {} : { grid }),
  };
}

/**
 * The level of every `attend` call of a program, in call order: 0 when nothing it is given needs attention, else one more
 * than the highest level it needs. Calls of one level are solved together. Borrows its arguments.
 */
export function attentionLevels<A extends Arrays[]>(program: Program<A, Arrays>, args: A): number[] {
  const sizes: number[] = [];
  const { jaxpr } = makeJaxpr((...inputs: A) => {
    const calls: np.Array[] = [];
    const attend: Attend = (scores, options = {}) => {
      // Marks where the weights come from without being them: this trace only shows what flows where.
      const weights = lax.stopGradient(scores.ref);
      const given = tree.leaves(attendArrays(scores, options) as Arrays);
      sizes.push(given.length);
      calls.push(...(given as np.Array[]), weights.ref);
      return weights;
    };
    tree.dispose(program(attend, ...inputs));
    return calls;
  })(...args);
  const { eqns, outs } = jaxpr.jaxpr;

  const callOf = new Map<unknown, number>();
  const givenTo: (readonly unknown[])[] = [];
  let next = 0;
  sizes.forEach((size, call) => {
    givenTo.push(outs.slice(next, next + size));
    callOf.set(outs[next + size], call);
    next += size + 1;
  });

  const levels: number[] = sizes.map(() => 0);
  // How many rounds of attention a variable needs; equations stand in the order of evaluation.
  const rounds = new Map<unknown, number>();
  const most = (variables: readonly unknown[]) =>
    Math.max(0, ...variables.map((variable) => rounds.get(variable) ?? 0));
  for (const { inputs, outBinders } of eqns) {
    const needed = most(inputs);
    for (const variable of outBinders) {
      const call = callOf.get(variable);
      if (call === undefined) rounds.set(variable, needed);
      else {
        levels[call] = most(givenTo[call]!);
        rounds.set(variable, levels[call] + 1);
      }
    }
  }
  jaxpr.dispose();
  return levels;
}
