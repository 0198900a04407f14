/** r = E_p[psi(t)] for a batch of densities and a basis, with its pullback: the heart of continuous attention. */
import { checkLength, checkOptions, valueError } from "../../core/arguments.ts";
import type { HyperParameter } from "../../core/rows.ts";
import type { Basis } from "../basis/basis.ts";
import type { Numbers } from "../density/density.ts";
import { batchGradient, densityBatch, factorSize, rowsOf } from "../density/density-batch.ts";
import type { BatchGradient, BatchParameters, DensityBatch } from "../density/density-batch.ts";
import { fourierLine, gaussianLine, piecewiseLine } from "./expectation-1d.ts";
import { gaussianPlane } from "./expectation-2d.ts";

/** E_p[psi], rows x functions, with the function from a cotangent to the gradients in the densities' parameters. */
export interface ExpectationVjp<M extends HyperParameter, S extends HyperParameter, A extends HyperParameter> {
  readonly expectation: Float64Array;
  pullback(cotangent: Numbers): BatchGradient<M, S, A>;
}

/** Expectations and their derivatives, one plane of rows x functions a parameter in standard coordinates. */
export interface Planes {
  readonly value: Float64Array;
  /** In mu: `dimension` planes. */
  readonly byLocation: readonly Float64Array[];
  /** In the factor M; in one dimension in log M, which `factorGradient` undoes. */
  readonly byFactor: readonly Float64Array[];
  readonly byK: Float64Array | undefined;
}

/** The planes of a batch; memory is (number of parameters + 1) x rows x functions. */
export function expectationPlanes(basis: Basis, batch: DensityBatch, withK: boolean): Planes {
  const { dimension, rows, locations, factors, profiles } = batch;
  const { count } = basis;
  const plane = () => new Float64Array(rows * count);
  const value = plane();
  const byLocation = Array.from({ length: dimension }, plane);
  const byFactor = Array.from({ length: factorSize(dimension) }, plane);
  const byK = withK ? plane() : undefined;
  for (let b = 0; b < rows; b++) {
    const at = b * count;
    const profile = profiles[b];
    if (basis.dimension === 2) {
      const density = {
        x: locations[2 * b],
        y: locations[2 * b + 1],
        xx: factors[3 * b],
        yx: factors[3 * b + 1],
        yy: factors[3 * b + 2],
        profile,
      };
      const [byX, byY] = byLocation;
      const [byXX, byYX, byYY] = byFactor;
      gaussianPlane(density, basis, { value, byX, byY, byXX, byYX, byYY, byK, at });
      continue;
    }
    const density = { mu: locations[b], width: factors[b], profile };
    const out = { value, byLocation: byLocation[0], byLogWidth: byFactor[0], byK, at };
    if (basis.kind === "gaussian") gaussianLine(density, basis, out);
    else if (basis.kind === "fourier") fourierLine(density, basis, out);
    else piecewiseLine(density, basis, out);
  }
  return { value, byLocation, byFactor, byK };
}

/** sum_j cotangent_j plane_j for every row, into `out` with `step` numbers a row. */
function contract(plane: Float64Array, cotangent: Numbers, count: number, out: Float64Array, at: number, step: number) {
  for (let b = 0, i = 0; i < plane.length; b++) {
    let sum = 0;
    for (const end = i + count; i < end; i++) sum += cotangent[i] * plane[i];
    out[b * step + at] = sum;
  }
}

/** The gradients in the parameters for a cotangent of the expectations. */
export function pullPlanes<M extends HyperParameter, S extends HyperParameter, A extends HyperParameter>(
  basis: Basis,
  batch: DensityBatch,
  planes: Planes,
  parameters: BatchParameters<M, S, A>,
  cotangent: Numbers,
): BatchGradient<M, S, A> {
  const { rows, dimension, factors } = batch;
  const { count } = basis;
  const size = factorSize(dimension);
  const byLocation = new Float64Array(rows * dimension);
  const byFactor = new Float64Array(rows * size);
  planes.byLocation.forEach((plane, i) => contract(plane, cotangent, count, byLocation, i, dimension));
  planes.byFactor.forEach((plane, i) => contract(plane, cotangent, count, byFactor, i, size));
  if (dimension === 1) for (let b = 0; b < rows; b++) byFactor[b] /= factors[b];
  const byK = planes.byK === undefined ? undefined : new Float64Array(rows);
  if (byK !== undefined && planes.byK !== undefined) contract(planes.byK, cotangent, count, byK, 0, 1);
  return batchGradient(batch, parameters, byLocation, byFactor, byK);
}

/** The names of the densities' parameters among options. */
export const batchOptions: readonly string[] = ["location", "scale2", "alpha", "alphaGradient"];

function prepare(basis: Basis, parameters: BatchParameters): DensityBatch {
  checkOptions("basisExpectation", parameters, batchOptions);
  const rows = rowsOf(basis.dimension, parameters);
  if (!Number.isInteger(rows)) {
    throw valueError("location", parameters.location, `a multiple of ${basis.dimension} numbers is needed`);
  }
  return densityBatch(basis.dimension, rows, parameters);
}

function expectationVjp<M extends HyperParameter, S extends HyperParameter, A extends HyperParameter = number>(
  basis: Basis,
  parameters: BatchParameters<M, S, A>,
): ExpectationVjp<M, S, A> {
  const batch = prepare(basis, parameters);
  const planes = expectationPlanes(basis, batch, parameters.alphaGradient === true);
  return {
    expectation: planes.value.slice(),
    pullback(cotangent) {
      checkLength("cotangent", cotangent, planes.value.length, "as many as expectations");
      return pullPlanes(basis, batch, planes, parameters, cotangent);
    },
  };
}

/**
 * r = E_p[psi(t)] for a batch of beta-Gaussians p of exponent alpha and the functions psi of a basis: row-major
 * densities x functions. `basisExpectation.vjp` also gives a pullback to `location`, `scale2` and, with `alphaGradient`,
 * `alpha`.
 *
 * - Closed forms in one dimension for Gaussian functions at alpha 1, 4/3, 3/2 and 2, and in the plane at 1; quadrature that
 *   converges spectrally elsewhere, to 1e-10 while no function is narrower than a thousandth (in the plane a fiftieth) of
 *   the density. As the scale goes to 0, r goes to psi(mu).
 * - `location`, `scale2`, `alpha`: numbers, or arrays with all rows' numbers. Throws a RangeError at a scale of 0 or below, a
 *   singular matrix, or alpha < 1.
 * - Cost: O(rows x functions) closed-form evaluations; else times the quadrature's nodes.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * basisExpectation(fourierBasis({ harmonics: 0 }), { location: 0.5, scale2: 0.01 }); // [1]
 */
export const basisExpectation: {
  (basis: Basis, parameters: BatchParameters): Float64Array;
  vjp: typeof expectationVjp;
} = /* @__PURE__ */ Object.assign(
  (basis: Basis, parameters: BatchParameters) => expectationPlanes(basis, prepare(basis, parameters), false).value,
  { vjp: expectationVjp },
);
