/** Encoder of an image: a grid of patches, each from its own pixels and those around it. */
import { nn, numpy as np } from "@jax-js/jax";

/**
 * sum_ij C_ij h_{r+i,c+j} for i, j = -step, 0, step: a 3 x 3 convolution with zeros around the grid, as nine products with
 * shifted grids, which the engine runs faster than its own convolution. `patches`: [images, rows, columns, features], `kernel`: [9 * features, hidden]. Owns its arguments.
 */
function convolution(patches: np.Array, kernel: np.Array, step: number): np.Array {
  const [images, rows, columns, features] = patches.shape as [number, number, number, number];
  const hidden = kernel.shape[1]!;
  const padded = np.pad(patches, { 1: [step, step], 2: [step, step] });
  let sum: np.Array | null = null;
  for (let shift = 0; shift < 9; shift++) {
    const [down, right] = [step * Math.floor(shift / 3), step * (shift % 3)];
    const shifted = padded.ref.slice([], [down, down + rows], [right, right + columns]);
    const product = np.matmul(
      shifted.reshape([images * rows * columns, features]),
      kernel.ref.slice([shift * features, (shift + 1) * features]),
    );
    sum = sum === null ? product : sum.add(product);
  }
  padded.dispose();
  kernel.dispose();
  return sum!.reshape([images, rows, columns, hidden]);
}

/** The convolutions after the patches' own pixels, and the steps between the patches they put together: a patch sees 7 x 7 of them. */
const CONVOLUTIONS = [
  ["first", 1],
  ["second", 2],
] as const;

export type EncoderParameters = {
  /** [3 * pixels of a patch, features] and [features]. */
  readonly patch: np.Array;
  readonly patchBias: np.Array;
  /** [9 * features, features] and [features], for each convolution. */
  readonly first: np.Array;
  readonly firstBias: np.Array;
  readonly second: np.Array;
  readonly secondBias: np.Array;
};

export function encoderShapes(channels: number, features: number) {
  const kernel = { shape: [9 * features, features], deviation: Math.sqrt(2 / (9 * features)) };
  const bias = { shape: [features], deviation: 0 };
  return {
    patch: { shape: [channels, features], deviation: Math.sqrt(2 / channels) },
    patchBias: bias,
    first: kernel,
    firstBias: bias,
    second: kernel,
    secondBias: bias,
  } as const;
}

/**
 * h_0 = relu(P x + p), h_k = h_{k-1} + relu(C_k * h_{k-1} + c_k), and a patch is h_0 h_2, feature by feature: its own pixels in the
 * light of those around it. A patch of plain ground has little to say whatever stands beside it, so that to know the shape the
 * attention must go to the shape itself. [images, patches, features] from patches [images, rows, columns, channels].
 * Owns its arguments.
 */
export function encodePatches(parameters: EncoderParameters, patches: np.Array): np.Array {
  const [images, rows, columns, channels] = patches.shape as [number, number, number, number];
  const { patch, patchBias } = parameters;
  const features = patchBias.shape[0]!;
  const pixels = np.matmul(patches.reshape([images * rows * columns, channels]), patch).add(patchBias);
  const own = nn.relu(pixels).reshape([images, rows, columns, features]);
  let around = own.ref;
  for (const [name, step] of CONVOLUTIONS) {
    around = around.ref.add(nn.relu(convolution(around, parameters[name], step).add(parameters[`${name}Bias`])));
  }
  return own.mul(around).reshape([images, rows * columns, features]);
}
