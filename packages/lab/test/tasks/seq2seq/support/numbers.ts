/** What an array holds, as a list. */
import type { numpy as np } from "@jax-js/jax";

export const numbers = async (array: np.Array): Promise<number[]> =>
  Array.from((await array.data()) as ArrayLike<number>);
