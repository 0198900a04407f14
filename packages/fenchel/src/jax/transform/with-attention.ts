/** One way to run a model with any mapping: closed forms in one jitted program, the others in host-solved phases. */
import { jit, tree, valueAndGrad, type JsTree, type numpy as np } from "@jax-js/jax";
import { entmax } from "../mappings/entmax.ts";
import { fusedmax } from "../mappings/fusedmax.ts";
import type { ClosedForm, JaxMapping, HostSolution, HostMapping } from "./mapping.ts";
import { checkTransformOptions, type AttentionTransformOptions } from "./options.ts";
import { oscarmax } from "../mappings/oscarmax.ts";
import {
  attendArrays,
  attendConstants,
  attentionLevels,
  type Arrays,
  type Attend,
  type AttendArrays,
  type AttendConstants,
  type AttendOptions,
  type Program,
} from "./levels.ts";
import { softmax } from "../mappings/softmax.ts";
import { sparsemax } from "../mappings/sparsemax.ts";
import { tvmax } from "../mappings/tvmax.ts";

/** The mappings of this module under their names. */
export const mappings: Readonly<Record<string, JaxMapping>> = { softmax, sparsemax, fusedmax, oscarmax, tvmax, entmax };

/** A compiled program. Owns its arguments; `dispose` frees what was compiled. */
export interface Compiled<A extends Arrays[], R> {
  (...args: A): Promise<R>;
  dispose(): void;
}

/** Runs programs with one mapping. */
export interface AttentionTransform {
  readonly mappingName: string;
  /** The program, compiled once for every set of argument shapes. */
  jit<A extends Arrays[], R extends Arrays>(program: Program<A, R>): Compiled<A, R>;
  /** The program's scalar and its gradient in the first argument, compiled likewise. */
  valueAndGrad<P extends Arrays, A extends Arrays[]>(
    program: Program<[P, ...A], np.Array>,
  ): Compiled<[P, ...A], [value: np.Array, gradient: P]>;
  /** The same for a program that returns [scalar, aux]; aux is any arrays, returned as they are. */
  valueAndGradWithAux<P extends Arrays, A extends Arrays[], X extends Arrays>(
    program: Program<[P, ...A], [value: np.Array, aux: X]>,
  ): Compiled<[P, ...A], [value: np.Array, aux: X, gradient: P]>;
}

/** A function of arrays, seen without the engine's mapped tuple types. */
type Run = (...args: Arrays[]) => Arrays;
type Jitted = Run & { dispose(): void };
type AnyProgram = Program<Arrays[], Arrays>;

const compile = (run: Run): Jitted => jit(run as (...args: Arrays[]) => JsTree<np.Array>) as unknown as Jitted;

/** What is made of a program once its attention is settled. */
type Finish = (run: Run) => Run;

const plain: Finish = (run) => run;
/** Differentiates in the first of the program's own arguments, which is the second: solutions come first. */
const differentiate =
  (hasAux: boolean): Finish =>
  (run) =>
    valueAndGrad(run as (...args: Arrays[]) => np.Array, { argnums: 1, hasAux }) as unknown as Run;

/**
 * The options of one call: its own before the program's. Those that the mapping does not take are left out and freed: a
 * program is written for any mapping.
 */
function optionsOf(mapping: JaxMapping, own: AttentionTransformOptions, given: AttendOptions = {}): AttendOptions {
  const { mask, ...others } = given;
  const takes = new Set<string>(mapping.takes.map(({ name }) => name));
  const taken = Object.entries(others).filter(([name, value]) => value !== undefined && takes.has(name));
  const { lambda } = others;
  if (typeof lambda === "object" && !takes.has("lambda")) lambda.dispose();
  return { ...own, ...Object.fromEntries(taken), mask };
}

/** Closed forms: the whole program is one graph. */
function compileClosed(mapping: ClosedForm, own: AttentionTransformOptions, program: AnyProgram, finish: Finish) {
  const attend: Attend = (scores, options) => mapping(scores, optionsOf(mapping, own, options));
  const whole = compile(finish((_, ...args) => program(attend, ...args)));
  return Object.assign(async (...args: Arrays[]) => whole([], ...args), { dispose: () => whole.dispose() });
}

/** One phase: from the solutions of lower levels to what the host must read for the calls of its own level. */
interface Phase {
  readonly calls: readonly number[];
  readonly requestPrograms: Jitted;
}

interface Plan {
  readonly phases: readonly Phase[];
  readonly last: Jitted;
  /** What is no array among the options of every call, noted while tracing: it is not read from the program. */
  readonly constants: Map<number, AttendConstants>;
}

/** The program with `attend` served from solutions; `request` gets the calls that have none yet. */
function programWithSolutions(
  mapping: HostMapping,
  own: AttentionTransformOptions,
  program: AnyProgram,
  solutions: readonly (HostSolution | null)[],
  request: (call: number, scores: np.Array, options: AttendOptions) => np.Array,
  args: Arrays[],
): Arrays {
  let call = 0;
  const attend: Attend = (scores, given) => {
    const index = call++;
    const options = optionsOf(mapping, own, given);
    const solution = solutions[index];
    if (solution === null || solution === undefined) return request(index, scores, options);
    return mapping(scores, { ...options, solution });
  };
  return program(attend, ...args);
}

function makePlan(
  mapping: HostMapping,
  own: AttentionTransformOptions,
  program: AnyProgram,
  finish: Finish,
  args: Arrays[],
): Plan {
  const constants = new Map<number, AttendConstants>();
  const levels = attentionLevels((attend, ...inputs) => {
    const withOwn: Attend = (scores, options) => attend(scores, optionsOf(mapping, own, options));
    return program(withOwn, ...inputs);
  }, args);
  const phases: Phase[] = [];
  for (let level = 0; level <= Math.max(-1, ...levels); level++) {
    const calls = levels.flatMap((at, call) => (at === level ? [call] : []));
    const requestPrograms = compile((solved, ...inputs) => {
      const requests: AttendArrays[] = [];
      const request = (call: number, scores: np.Array, options: AttendOptions) => {
        // Calls of this level and above: what follows from the stand-in is dead code in this phase.
        const standIn = scores.ref;
        const arrays = attendArrays(scores, options);
        if (levels[call] !== level) tree.dispose(arrays as Arrays);
        else {
          requests.push(arrays);
          constants.set(call, attendConstants(options));
        }
        return standIn;
      };
      tree.dispose(programWithSolutions(mapping, own, program, spread(solved, levels, level), request, inputs));
      return requests as Arrays;
    });
    phases.push({ calls, requestPrograms });
  }
  const last = compile(
    finish((solved, ...inputs) => {
      return programWithSolutions(mapping, own, program, spread(solved, levels, Infinity), unexpected, inputs);
    }),
  );
  return { phases, last, constants };
}

function unexpected(): never {
  throw new Error("attend was called more often than when the program was first traced");
}

/** Solutions in call order, null from `level` on; given in the order they were found, level by level. */
function spread(solved: Arrays, levels: readonly number[], level: number): (HostSolution | null)[] {
  const found = solved as unknown as readonly HostSolution[];
  const order = levels.map((_, call) => call).filter((call) => levels[call]! < level);
  order.sort((a, b) => levels[a]! - levels[b]! || a - b);
  const place = new Map(order.map((call, at) => [call, at]));
  return levels.map((_, call) => {
    const at = place.get(call);
    return at === undefined ? null : found[at]!;
  });
}

/** The shapes, types and nesting of arguments: what a plan depends on. */
function signature(args: Arrays[]): string {
  const [leaves, structure] = tree.flatten(args as JsTree<np.Array>);
  return `${structure}|${leaves.map((leaf) => (typeof leaf === "object" ? `${leaf.dtype}[${leaf.shape}]` : typeof leaf)).join()}`;
}

/** Mappings solved on the host: phases that end in scores, the host in between, and the finished program at last. */
function compileOnHost(mapping: HostMapping, own: AttentionTransformOptions, program: AnyProgram, finish: Finish) {
  const plans = new Map<string, Plan>();
  const run = async (...args: Arrays[]): Promise<Arrays> => {
    const key = signature(args);
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = makePlan(mapping, own, program, finish, args);
      plans.set(key, plan);
    }
    const solutions: HostSolution[] = [];
    try {
      for (const { calls, requestPrograms } of plan.phases) {
        const requests = requestPrograms(tree.ref(solutions), ...tree.ref(args)) as unknown as AttendArrays[];
        // Options that are arrays come back with the question; the others were noted when the phase was traced.
        const answers = await Promise.allSettled(
          requests.map(({ scores, ...read }, at) => {
            return mapping.solve(scores, { ...plan.constants.get(calls[at]!), ...read });
          }),
        );
        for (const answer of answers) if (answer.status === "fulfilled") solutions.push(answer.value);
        for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
      }
    } catch (error) {
      tree.dispose(solutions);
      tree.dispose(args);
      throw error;
    }
    return plan.last(solutions, ...args);
  };
  const dispose = () => {
    for (const { phases, last } of plans.values())
      for (const part of [last, ...phases.map((p) => p.requestPrograms)]) part.dispose();
    plans.clear();
  };
  return Object.assign(run, { dispose });
}

/**
 * Runs models with a mapping, so that a model is written once: as a function that is given `attend(scores, { mask })` and
 * never knows how the weights come about. Closed forms become part of one jitted graph. For the other mappings every call
 * runs a jitted program up to the scores, solves them exactly on the host, and runs the jitted program with the weights as
 * arguments; gradients are those of the whole. Attention on attention takes one such phase a level; calls that do not
 * depend on each other share one.
 *
 * - Throws a RangeError for an unknown name, a RangeError or TypeError for options that the mapping does not take or that are
 *   out of range. What only an array tells (a score of NaN or +Infinity, a mask of other numbers than 0 and 1, an array gamma
 *   that is not above 0): where the host solves, the call rejects with the core's error; a closed form runs in a graph, which
 *   cannot throw, and gives NaN in that row and its gradient.
 * - Ownership is the engine's: arguments are consumed, results belong to the caller. A program is called with `attend` and the
 *   arguments; it may call `attend` any number of times, always equally often, not inside a `jit`, `grad` or `vmap` of its own.
 *   It is compiled once for every set of argument shapes. Options of a call that the mapping does not take are ignored.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017).
 *
 * @param mapping A mapping of this module or its name.
 * @param options Those that the mapping takes of gamma, lambda, alpha and grid, for every `attend` call that sets none.
 * @returns `jit`, `valueAndGrad` and `valueAndGradWithAux` of programs.
 *
 * @example
 * const attention = withAttention("fusedmax", { lambda: 0.1 });
 * const step = attention.valueAndGrad((attend, x: np.Array) => attend(x).mul(np.array([1, 2, 4])).sum());
 * const [value, gradient] = await step(np.array([1, 2.1, 1.9])); // 3, [0, 0, 0]
 */
export function withAttention(
  mapping: JaxMapping | string,
  options: AttentionTransformOptions = {},
): AttentionTransform {
  const known = typeof mapping === "string" ? mappings[mapping] : mapping;
  if (known === undefined || (typeof mapping === "string" && !Object.hasOwn(mappings, mapping))) {
    throw new RangeError(
      `mapping ${JSON.stringify(mapping)} is unknown: it must be one of ${Object.keys(mappings).join(", ")}`,
    );
  }
  checkTransformOptions(known.mappingName, known.takes, options);
  const make = (program: unknown, finish: Finish) =>
    known.kind === "closed"
      ? compileClosed(known, options, program as AnyProgram, finish)
      : compileOnHost(known, options, program as AnyProgram, finish);
  return {
    mappingName: known.mappingName,
    jit: (program) => make(program, plain) as never,
    valueAndGrad: (program) => make(program, differentiate(false)) as never,
    valueAndGradWithAux: (program) => {
      const compiled = make(program, differentiate(true));
      const run = async (...args: Arrays[]) => {
        const [[value, aux], gradient] = (await compiled(...args)) as unknown as [[Arrays, Arrays], Arrays];
        return [value, aux, gradient];
      };
      return Object.assign(run, { dispose: () => compiled.dispose() }) as never;
    },
  };
}
