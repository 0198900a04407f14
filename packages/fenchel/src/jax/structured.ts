/** What structured mappings have in common inside a program: y = stop(y*) + J (w - stop(w)), w = x / gamma - lambda r. */
import { Array as ConcreteArray, lax, numpy as np } from "@jax-js/jax";
import type { StructuredMapping } from "../mapping.ts";
import { structuredProduct } from "./group-mean.ts";
import { solveOnHost, type HostScores, type HostSolution, type PenaltySlope } from "./host.ts";
import type { Solution, Structured, StructuredOptions } from "./mapping.ts";
import { checkAxis, keptEntries, shiftedScores, type Parameter } from "./scores.ts";

const DEFAULT_LAMBDA = 0.1;

/** The arrays a solver reads, with the scores' shape where they must; numbers stay in the options. Owns its arguments. */
function arraysToRead(scores: np.Array, { mask, gamma, lambda }: StructuredOptions): (np.Array | undefined)[] {
  const { shape } = scores;
  const full = mask === undefined || sameShape(mask.shape, shape) ? mask : np.broadcastTo(mask, [...shape]);
  return [scores, full, perRow(gamma, shape), perRow(lambda, shape)];
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** One value a row, or one for all; nothing for a number. */
function perRow(parameter: Parameter | undefined, shape: readonly number[]): np.Array | undefined {
  if (parameter === undefined || typeof parameter === "number") return undefined;
  return parameter.size === 1 ? parameter : np.broadcastTo(parameter, [...shape.slice(0, -1), 1]);
}

type Read = ArrayLike<number> | undefined;

function hostScores(shape: readonly number[], reads: readonly Read[], options: StructuredOptions): HostScores {
  const [scores, mask, gamma, lambda] = reads;
  return {
    scores: scores as Float32Array,
    shape,
    mask,
    gamma: parameterValue(gamma, options.gamma ?? 1),
    lambda: parameterValue(lambda, options.lambda ?? DEFAULT_LAMBDA),
    needSlope: lambda !== undefined,
  };
}

function parameterValue(read: Read, given: Parameter): number | Float32Array {
  if (read === undefined) return given as number;
  return read.length === 1 ? read[0]! : (read as Float32Array);
}

function toArrays({ weights, groups, share, slope }: HostSolution, shape: readonly number[]): Solution {
  const place = (values: Float32Array | Int32Array) =>
    np.array(values as Float32Array<ArrayBuffer>, { shape: [...shape] });
  return {
    weights: place(weights),
    groups: place(groups),
    share: place(share),
    ...(slope === undefined ? {} : { slope: place(slope) }),
  };
}

/** A structured mapping from the core's and a subgradient of its penalty. */
export function structured(core: StructuredMapping<"lambda">, penaltySlope: PenaltySlope): Structured {
  const name = core.mappingName;

  const answer = (shape: readonly number[], reads: readonly Read[], options: StructuredOptions): Solution =>
    toArrays(solveOnHost(core, penaltySlope, hostScores(shape, reads, options)), shape);

  const solve = async (scores: np.Array, options: Omit<StructuredOptions, "solution"> = {}): Promise<Solution> => {
    checkAxis(name, scores);
    const { shape } = scores;
    const reads = await Promise.all(arraysToRead(scores, options).map((array) => array?.data()));
    return answer(shape, reads as Read[], options);
  };

  const mapping = (scores: np.Array, options: StructuredOptions = {}): np.Array => {
    checkAxis(name, scores);
    const { solution, gamma, lambda, mask } = options;
    if (solution !== undefined) {
      const { weights, groups, share, slope } = solution;
      const kept = keptEntries(scores, mask);
      let point = shiftedScores(scores, kept, gamma);
      if (lambda !== undefined && typeof lambda !== "number") {
        if (slope === undefined) {
          throw new TypeError(`${name}: solution.slope is missing: solve with the same array lambda`);
        }
        point = point.sub(slope.mul(lambda));
      } else slope?.dispose();
      const still = lax.stopGradient(point.ref);
      return lax.stopGradient(weights).add(structuredProduct(point.sub(still), { groups, share }));
    }
    if (!(scores instanceof ConcreteArray)) {
      throw new TypeError(
        `${name}: the host must solve it, so inside jit or grad it needs options.solution: call the model through attender("${name}")`,
      );
    }
    const { shape } = scores;
    const reads = arraysToRead(scores, options).map((array) => array?.dataSync());
    const found = answer(shape, reads as Read[], options);
    found.groups.dispose();
    found.share.dispose();
    found.slope?.dispose();
    return found.weights;
  };

  return Object.assign(mapping, { mappingName: name, kind: "structured" as const, solve });
}
