/** A toy task, sentences of a few numbers written in reverse, and models trained on it, for the tests of sequence models. */
import { numpy as np, tree } from "@jax-js/jax";
import { gaussianBasis } from "fenchel";
import { initialTensors, toArrays, zerosLike, type NamedArrays } from "../../../../src/nn/parameters.ts";
import { uniformNumbers } from "../../../../src/base/rng.ts";
import { pairArrays, batchPairs } from "../../../../src/tasks/seq2seq/batches.ts";
import { compileSequenceModel, type CompiledSequenceModel } from "../../../../src/tasks/seq2seq/compiled.ts";
import { withCopyMechanism } from "../../../../src/tasks/seq2seq/copy-mechanism.ts";
import { raggedArray, type RaggedPairs } from "../../../../src/base/ragged.ts";
import type { AttentionMechanism } from "../../../../src/tasks/seq2seq/cross-attention.ts";
import type { ModelMaker } from "../../../../src/tasks/seq2seq/model.ts";
import { adam } from "../../../../src/training/adam.ts";

/** Numbers of the toy's words begin at 2. */
export const TOY_WORDS = 8;

const uniform = uniformNumbers(3);
export const toySentences: readonly Int32Array[] = Array.from({ length: 24 }, () =>
  Int32Array.from({ length: 1 + Math.floor(uniform() * 5) }, () => 2 + Math.floor(uniform() * (TOY_WORDS - 2))),
);

export const toyPairs: RaggedPairs = {
  source: raggedArray(toySentences),
  target: raggedArray(toySentences.map((sentence) => sentence.toReversed())),
};

const centres = [0, 0.25, 0.5, 0.75, 1];
const basis = gaussianBasis({ centres, widths: centres.map(() => 0.15) });

/** A mapping, or one with a density beside it. */
export function toyMechanism(
  mapping: string,
  options: AttentionMechanism["options"] = {},
  alpha: 1 | 2 | null = null,
): AttentionMechanism {
  return { mapping, options, density: alpha === null ? null : { alpha, basis } };
}

export interface Trained {
  readonly model: CompiledSequenceModel;
  readonly parameters: NamedArrays;
}

export const positions = 240;

/** Trains on all of the toy's pairs, without noise, for so many steps. The model and the parameters are the caller's to dispose of. */
export async function trainToy(
  maker: ModelMaker,
  mechanism: AttentionMechanism,
  steps: number,
  { joint = false, copyMechanism = false } = {},
): Promise<Trained> {
  const made = maker({ source: TOY_WORDS, target: TOY_WORDS, joint }, mechanism);
  const design = copyMechanism ? withCopyMechanism(made) : made;
  const model = compileSequenceModel(design, mechanism, {
    dropout: 0,
    tokenDropout: 0,
    labelSmoothing: 0,
    copyMechanism,
  });
  const optimiser = adam({ clip: 1 });
  const parameters = toArrays(initialTensors(design.shapes, 1));
  let state = { parameters, first: zerosLike(parameters), second: zerosLike(parameters) };
  const plans = batchPairs(toyPairs, positions);
  for (let step = 1; step <= steps; step++) {
    const plan = plans[step % plans.length]!;
    const key = np.array(new Uint32Array([1, step]));
    const [loss, gradient] = await model.gradient(
      tree.ref(state.parameters),
      pairArrays(toyPairs, plan, mechanism),
      key,
    );
    await loss.data();
    state = optimiser.update(state, gradient, step, 0.01);
    for (const array of tree.leaves<np.Array>(state)) await array.blockUntilReady();
  }
  tree.dispose([state.first, state.second]);
  optimiser.dispose();
  return { model, parameters: state.parameters };
}
