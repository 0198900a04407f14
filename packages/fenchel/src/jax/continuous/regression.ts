/** The host's arrays of continuous attention: regression matrices and coordinates for a batch of lengths, padded with zeros. */
import { numpy as np } from "@jax-js/jax";
import { checkOptions, entryError, isArrayLike, valueError } from "../../core/arguments.ts";
import type { Basis } from "../../continuous/basis/basis.ts";
import { checkCount } from "../../continuous/density/density.ts";
import {
  gridPositions,
  positions as positionsOf,
  regressionMatrix,
  ridgeOptions,
} from "../../continuous/basis/regression.ts";
import type { RidgeOptions } from "../../continuous/basis/regression.ts";

function checkLengths(lengths: ArrayLike<number>, positions: number): void {
  checkCount("positions", positions, 1);
  if (!isArrayLike(lengths)) throw valueError("lengths", lengths, "an array is needed", "type");
  for (let b = 0; b < lengths.length; b++) {
    const length = lengths[b]!;
    if (Number.isInteger(length) && length >= 0 && length <= positions) continue;
    throw entryError("lengths", b, length, `an integer from 0 to ${positions} is needed`);
  }
}

/** The checked [rows, columns] of images. */
function gridOf(lengths: ArrayLike<number>, positions: number): readonly [number, number] {
  if (!isArrayLike(lengths) || lengths.length !== 2) {
    throw valueError("lengths", lengths, "[rows, columns] is needed for images", "type");
  }
  const grid = [checkCount("lengths[0]", lengths[0], 1), checkCount("lengths[1]", lengths[1], 1)] as const;
  if (grid[0] * grid[1] === positions) return grid;
  throw valueError("positions", positions, `${grid[0]} rows of ${grid[1]} columns make ${grid[0] * grid[1]}`);
}

/** Rows of numbers of several lengths side by side in one array, `each` numbers a position, zero past the end. */
function padded(
  lengths: ArrayLike<number>,
  positions: number,
  each: number,
  row: (length: number) => Float64Array,
): Float32Array<ArrayBuffer> {
  const all = new Float32Array(lengths.length * positions * each);
  const known = new Map<number, Float32Array>();
  for (let b = 0; b < lengths.length; b++) {
    const length = lengths[b]!;
    if (length === 0) continue;
    let numbers = known.get(length);
    if (numbers === undefined) known.set(length, (numbers = Float32Array.from(row(length))));
    all.set(numbers, b * positions * each);
  }
  return all;
}

/**
 * The regression matrices G of the core (`regressionMatrix`) for sequences of several lengths as one array [batch, positions,
 * functions], zero past the end of a row: a constant of programs or, where the lengths change from call to call, an argument.
 * Made on the host; every length is solved once.
 *
 * - `lengths`: one a row, integers from 0 to `positions`. For a basis in the plane [rows, columns] with positions = rows
 *   columns, and the result is [positions, functions]. `ridge` (default 0.1) and `padding` as in the core.
 * - Throws a RangeError or TypeError that names the argument and index, and as `regressionMatrix` does.
 * - Cost: O(batch positions functions), and once a length the regression.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * const basis = gaussianBasis({ centres: [0.5], widths: 1 });
 * regressionArray(basis, [2, 1], 2, { ridge: 0 }); // [[[1.293099], [1.293099]], [[2.506628], [0]]]
 */
export function regressionArray(
  basis: Basis,
  lengths: ArrayLike<number>,
  positions: number,
  options: RidgeOptions = {},
): np.Array {
  checkOptions("regressionArray", options, ridgeOptions);
  const { count, dimension } = basis;
  if (dimension === 2) {
    const grid = gridOf(lengths, positions);
    return np.array(Float32Array.from(regressionMatrix(basis, grid, options)), { shape: [positions, count] });
  }
  checkLengths(lengths, positions);
  return np.array(
    padded(lengths, positions, count, (length) => regressionMatrix(basis, length, options)),
    { shape: [lengths.length, positions, count] },
  );
}

/**
 * The coordinates of positions that the moments of `combinedAttention` take: (l - 1/2) / length for every row's own length,
 * [batch, positions], zero past its end; for a basis in the plane the cells' x and y, [positions, 2].
 *
 * - Arguments and errors as for `regressionArray`. Cost O(batch positions).
 *
 * @example
 * coordinateArray(gaussianBasis({ centres: [0.5], widths: 1 }), [2, 1], 2); // [[0.25, 0.75], [0.5, 0]]
 */
export function coordinateArray(basis: Basis, lengths: ArrayLike<number>, positions: number): np.Array {
  if (basis.dimension === 2) {
    const [rows, columns] = gridOf(lengths, positions);
    return np.array(Float32Array.from(gridPositions(rows, columns)), { shape: [positions, 2] });
  }
  checkLengths(lengths, positions);
  return np.array(padded(lengths, positions, 1, positionsOf), { shape: [lengths.length, positions] });
}
