/** Gated recurrent units (Cho et al. 2014), unrolled: the engine has no loop. */
import { nn, numpy as np } from "@jax-js/jax";

/**
 * One step: r = sigmoid(x_r + U_r h), z = sigmoid(x_z + U_z h), n = tanh(x_n + r * (U_n h)), and the new state is (1 - z) n + z h.
 *
 * - `input`: [..., batch, 3 x hidden], what the word adds to the three sums, in the order r, z, n. `state`: [..., batch, hidden].
 *   `recurrent`: [..., hidden, 3 x hidden]. Leading axes hold independent networks. Owns its arguments.
 */
export function gruStep(input: np.Array, state: np.Array, recurrent: np.Array): np.Array {
  const [inputReset, inputKeep, inputFresh] = np.split(input, 3, -1) as Three;
  const [stateReset, stateKeep, stateFresh] = np.split(np.matmul(state.ref, recurrent), 3, -1) as Three;
  const reset = nn.sigmoid(inputReset.add(stateReset));
  const keep = nn.sigmoid(inputKeep.add(stateKeep));
  const fresh = np.tanh(inputFresh.add(reset.mul(stateFresh)));
  return fresh.ref.add(keep.mul(state.sub(fresh)));
}

type Three = [np.Array, np.Array, np.Array];

/**
 * The states after every step, [..., batch, hidden] each. Owns its arguments.
 *
 * - `inputs`: one array a step, as `gruStep` takes them; at least one. `present`: one a step, 1 or 0, broadcast to the state's shape;
 *   where it is 0 the state stays as it is.
 */
export function unrolledGru(
  inputs: readonly np.Array[],
  start: np.Array,
  recurrent: np.Array,
  present: readonly np.Array[] | null = null,
): np.Array[] {
  const states: np.Array[] = [];
  let state = start;
  for (const [step, input] of inputs.entries()) {
    const next = gruStep(input, state.ref, recurrent.ref);
    state = present === null ? replace(state, next) : state.ref.add(present[step]!.mul(next.sub(state)));
    states.push(state.ref);
  }
  state.dispose();
  recurrent.dispose();
  return states;
}

function replace(old: np.Array, next: np.Array): np.Array {
  old.dispose();
  return next;
}
