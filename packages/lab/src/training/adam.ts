/** Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1), with decoupled weight decay and clipping. */
import { jit, numpy as np, tree, type JsTree } from "@jax-js/jax";

export interface AdamOptions {
  /** Decay of the mean of the gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of their squares. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /** Share of a parameter that a step at learning rate 1 takes away (Loshchilov and Hutter, 2019). Default 0. */
  readonly weightDecay?: number;
  /** Largest norm of all gradients together; a longer gradient is shortened to it (Pascanu et al., 2013). Default none. */
  readonly clip?: number;
}

/** Parameters with their moments: three trees of one structure. */
export type AdamState<P> = { readonly parameters: P; readonly first: P; readonly second: P };

export interface Adam {
  /** The state after step number `step` (1, 2, ...) with these gradients. Owns state and gradients. */
  update<P extends JsTree<np.Array>>(
    state: AdamState<P>,
    gradients: P,
    step: number,
    learningRate: number,
  ): AdamState<P>;
  dispose(): void;
}

/** The factor that brings the norm of all gradients down to `most`; at most 1. The gradients stay the caller's. */
function shortening(gradients: readonly np.Array[], most: number): np.Array {
  const squares = gradients.map((gradient) => np.square(gradient.ref).sum());
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  return np.minimum(np.reciprocal(np.maximum(norm, 1e-30)).mul(most), 1);
}

/**
 * m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and parameters decrease by
 * learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). One fused kernel an array and result.
 */
export function adam(options: AdamOptions = {}): Adam {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, clip } = options;
  type Leaves = np.Array[];
  const all = jit((parameters: Leaves, first: Leaves, second: Leaves, gradients: Leaves, corrections: np.Array) => {
    const means: Leaves = [];
    const squares: Leaves = [];
    const moved: Leaves = [];
    const factor = clip === undefined ? null : shortening(gradients, clip);
    parameters.forEach((parameter, i) => {
      const gradient = factor === null ? gradients[i]! : gradients[i]!.mul(factor.ref);
      const mean = first[i]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
      const square = second[i]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const rate = corrections.ref.slice(0);
      const root = np.sqrt(square.ref.mul(corrections.ref.slice(1))).add(epsilon);
      const kept = weightDecay === 0 ? parameter : parameter.mul(corrections.ref.slice(2));
      moved.push(kept.sub(mean.ref.mul(rate).div(root)));
      means.push(mean);
      squares.push(square);
    });
    factor?.dispose();
    corrections.dispose();
    return [moved, means, squares];
  });
  return {
    update: (state, gradients, step, learningRate) => {
      const [parameters, structure] = tree.flatten<np.Array>(state.parameters);
      // The corrections change with every step: as an argument they leave the compiled program as it is.
      const corrections = np.array(
        new Float32Array([learningRate / (1 - beta1 ** step), 1 / (1 - beta2 ** step), 1 - weightDecay * learningRate]),
      );
      const results = all(
        parameters,
        tree.leaves<np.Array>(state.first),
        tree.leaves<np.Array>(state.second),
        tree.leaves<np.Array>(gradients),
        corrections,
      );
      const [moved, first, second] = results.map((leaves) => tree.unflatten(structure, leaves)) as never as [
        typeof gradients,
        typeof gradients,
        typeof gradients,
      ];
      return { parameters: moved, first, second };
    },
    dispose: () => all.dispose(),
  };
}
