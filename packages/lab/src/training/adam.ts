/** Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1). */
import { jit, numpy as np, tree, type JsTree } from "@jax-js/jax";

export interface AdamOptions {
  /** Decay of the mean of the gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of their squares. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
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

/**
 * m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and parameters decrease by
 * learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). One fused kernel an array and result.
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Adam {
  type Leaves = np.Array[];
  const all = jit((parameters: Leaves, first: Leaves, second: Leaves, gradients: Leaves, corrections: np.Array) => {
    const means: Leaves = [];
    const squares: Leaves = [];
    const moved: Leaves = [];
    parameters.forEach((parameter, i) => {
      const gradient = gradients[i]!;
      const mean = first[i]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
      const square = second[i]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const rate = corrections.ref.slice(0);
      const root = np.sqrt(square.ref.mul(corrections.ref.slice(1))).add(epsilon);
      moved.push(parameter.sub(mean.ref.mul(rate).div(root)));
      means.push(mean);
      squares.push(square);
    });
    corrections.dispose();
    return [moved, means, squares];
  });
  return {
    update: (state, gradients, step, learningRate) => {
      const [parameters, structure] = tree.flatten<np.Array>(state.parameters);
      // The corrections change with every step: as an argument they leave the compiled program as it is.
      const corrections = np.array(new Float32Array([learningRate / (1 - beta1 ** step), 1 / (1 - beta2 ** step)]));
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
