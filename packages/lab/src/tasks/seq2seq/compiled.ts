/** A sequence model with one attention, compiled: gradient of a training step, teacher-forced predictions, and steps of decoding. */
import { jit, numpy as np, tree } from "@jax-js/jax";
import { attender, mappings, type Arrays, type Attend } from "fenchel/jax";
import type { NamedArrays } from "../../nn/parameters.ts";
import type { PairArrays } from "./batches.ts";
import { pointerHead } from "./copy-mechanism.ts";
import type { AttentionMechanism } from "./cross-attention.ts";
import type { SequenceModel, Source } from "./model.ts";
import { dropoutMasks, dropoutSites } from "../../nn/dropout.ts";
import { tokenCrossEntropy, vocabularyHead } from "./output-projection.ts";

/** Of every target position: weights over the source, the most probable word, and -log of the given word's probability. */
export type GivenArrays = { readonly weights: np.Array; readonly chosen: np.Array; readonly losses: np.Array };

/** What one step of decoding gives; rows are batch x beams. */
export type StepArrays = {
  readonly state: Arrays;
  /** [rows, words], and the log of the sum of their exponentials, [rows]. */
  readonly scores: np.Array;
  readonly total: np.Array;
  /** [batch, beams, source]. */
  readonly weights: np.Array;
};

/** What decoding begins with, and what the head knows of the source. */
export type BegunArrays = { readonly memory: Arrays; readonly state: Arrays; readonly source: np.Array };

/** Owns compiled programs: `dispose` frees them. All functions own their arguments, as the engine's do. */
export interface CompiledSequenceModel {
  readonly mechanism: AttentionMechanism;
  /** Mean loss per target token, with dropout and label smoothing, and its gradient. */
  gradient(parameters: NamedArrays, pairs: PairArrays, key: np.Array): Promise<[loss: np.Array, gradient: NamedArrays]>;
  /** With the targets given, without noise. */
  predict(parameters: NamedArrays, pairs: PairArrays): Promise<GivenArrays>;
  begin(
    parameters: NamedArrays,
    source: Source,
    options: { readonly beams: number; readonly most: number },
  ): Promise<BegunArrays>;
  /**
   * Lets every beam go on from another: `parents`, int32 [batch x beams], are rows of the state; then reads the words written last, int32
   * [batch, beams], of which the first has place 0, int32 [1].
   */
  step(
    parameters: NamedArrays,
    begun: BegunArrays,
    words: np.Array,
    parents: np.Array,
    place: np.Array,
  ): Promise<StepArrays>;
  dispose(): void;
}

export interface CompileOptions {
  /** Share of the features zeroed in training. */
  readonly dropout: number;
  /** Share of the target tokens that the decoder does not read in training. */
  readonly tokenDropout: number;
  /** Label smoothing. */
  readonly labelSmoothing: number;
  /** Copy words from the source (`withCopyMechanism` has given the model its gate); default false. */
  readonly copyMechanism?: boolean;
}

/** Rows of the leading two axes, taken as one, in another order. Owns the array, borrows the rows' numbers. */
function reordered(array: np.Array, rows: np.Array): np.Array {
  const { shape } = array;
  return array
    .reshape([shape[0]! * shape[1]!, -1])
    .slice(rows.ref)
    .reshape(shape);
}

/** Throws a RangeError for a mechanism that the model cannot be trained with. */
export function checkMechanism(
  { closedFormOnly }: Pick<SequenceModel, "closedFormOnly">,
  { mapping }: AttentionMechanism,
): void {
  if (!closedFormOnly || mappings[mapping]?.kind === "closed") return;
  const closed = Object.keys(mappings).filter((name) => mappings[name]!.kind === "closed");
  throw new RangeError(
    `mapping is ${JSON.stringify(mapping)}: with input feeding every word's attention waits for that of the word before it, which only ${closed.join(" and ")} can do within a program`,
  );
}

/** In the place of attention where only shapes matter. */
const unattended: Attend = (scores, { mask } = {}) => {
  mask?.dispose();
  return scores;
};

/** Compiles the model. Throws a RangeError for a mechanism that it cannot be trained with. */
export function compileSequenceModel(
  model: SequenceModel,
  mechanism: AttentionMechanism,
  { dropout, tokenDropout, labelSmoothing, copyMechanism = false }: CompileOptions,
): CompiledSequenceModel {
  checkMechanism(model, mechanism);
  const attention = attender(mechanism.mapping, mechanism.options);
  const head = copyMechanism ? pointerHead : vocabularyHead;
  const rates = { features: dropout, words: tokenDropout };
  const noisy = attention.valueAndGrad(
    (attend: Attend, parameters: NamedArrays, pairs: PairArrays, masks: np.Array[]) => {
      let place = 0;
      const noise = { ...rates, mask: () => masks[place++]!.ref };
      const reading = model.read(attend, parameters, pairs.source, pairs.inputs, noise);
      const losses = head.losses(parameters, reading, pairs.source.words, pairs.outputs.ref, labelSmoothing);
      const loss = losses.mul(pairs.counted.ref).sum().div(pairs.counted.ref.sum());
      tree.dispose([parameters, pairs, masks]);
      return loss;
    },
  );
  // Masks are drawn before: a mapping that the host solves comes by every place twice.
  const drawers = new Map<string, ReturnType<typeof makeDrawer>>();
  const makeDrawer = (parameters: NamedArrays, pairs: PairArrays) => {
    const places = dropoutSites(
      (mask, own: NamedArrays, given: PairArrays) => {
        const reading = model.read(unattended, own, given.source, given.inputs, { ...rates, mask });
        tree.dispose([own, given]);
        return { ...reading };
      },
      [parameters, pairs],
    );
    return jit((key: np.Array) => dropoutMasks(places, key));
  };
  const gradient: CompiledSequenceModel["gradient"] = (parameters, pairs, key) => {
    const shapes = `${pairs.source.words.shape} ${pairs.inputs.shape}`;
    const draw = drawers.get(shapes) ?? makeDrawer(parameters, pairs);
    drawers.set(shapes, draw);
    return noisy(parameters, pairs, draw(key)) as ReturnType<CompiledSequenceModel["gradient"]>;
  };
  const predict = attention.jit((attend: Attend, parameters: NamedArrays, pairs: PairArrays) => {
    const { features, weights } = model.read(attend, parameters, pairs.source, pairs.inputs, null);
    const reading = { features, weights: weights.ref };
    const source = head.sourceOf(parameters, pairs.source.words);
    const { scores, total } = head.scores(parameters, reading, source);
    tree.dispose([source, total]);
    const { shape } = pairs.inputs;
    const chosen = np.argmax(scores.ref, -1).reshape(shape);
    const losses = tokenCrossEntropy(scores, pairs.outputs.ref.reshape([-1])).reshape(shape);
    tree.dispose([parameters, pairs]);
    return { weights, chosen, losses };
  });
  const beginners = new Map<string, ReturnType<typeof makeBegin>>();
  const makeBegin = (beams: number, most: number) =>
    attention.jit((attend: Attend, parameters: NamedArrays, source: Source) => {
      const begun = {
        ...model.begin(attend, parameters, source, { beams, most }),
        source: head.sourceOf(parameters, source.words),
      };
      tree.dispose([parameters, source]);
      return begun as BegunArrays;
    });
  const step = attention.jit(
    (
      attend: Attend,
      parameters: NamedArrays,
      begun: BegunArrays,
      words: np.Array,
      parents: np.Array,
      place: np.Array,
    ) => {
      const state = tree.map(
        (array: np.Array) => reordered(array.ref, parents),
        begun.state as never,
      ) as unknown as Arrays;
      const { features, weights, state: next } = model.step(attend, parameters, begun.memory, state, words, place);
      const reading = { features, weights: weights.ref };
      const { scores, total } = head.scores(parameters, reading, begun.source);
      tree.dispose([parameters, begun, words, parents, place, state] as never);
      return { state: next, scores, total, weights };
    },
  );
  return {
    mechanism,
    gradient,
    predict: predict as CompiledSequenceModel["predict"],
    begin: (parameters, source, { beams, most }) => {
      const key = `${beams} ${most}`;
      const begin = beginners.get(key) ?? makeBegin(beams, most);
      beginners.set(key, begin);
      return begin(parameters, source) as Promise<BegunArrays>;
    },
    step: step as CompiledSequenceModel["step"],
    dispose: () => {
      for (const program of [noisy, predict, step, ...beginners.values(), ...drawers.values()]) program.dispose();
    },
  };
}
