/** A small transformer encoder-decoder: pre-norm, positions as sines, any mapping in its attention over the source. */
import { nn, numpy as np, tree } from "@jax-js/jax";
import type { Arrays, Attend } from "fenchel/jax";
import type { NamedArrays } from "../../nn/parameters.ts";
import { makeAttention, type AttentionFn, type AttentionMechanism, type SourceContext } from "./cross-attention.ts";
import type { ModelMaker, SequenceModel } from "./model.ts";
import { dropoutFns, type DropoutFn } from "../../nn/dropout.ts";

/** Cross-attention of the last layer, all cross-attention, or all attention. */
export type AttentionScope = "last-cross" | "all-cross" | "all";

export interface TransformerSizes {
  /** Features of a word and of every layer; a multiple of twice the heads. */
  readonly features: number;
  /** Layers of the encoder, and of the decoder. */
  readonly layers: number;
  readonly heads: number;
  /** Units inside the feed-forward part of a layer. */
  readonly inner: number;
  /** Attention with the mapping; the rest is softmax. */
  readonly scope: AttentionScope;
}

type Shapes = Record<string, { shape: readonly number[]; deviation: number }>;

/** A layer's parts by their names; a part's parameters have its name before theirs. */
const encoderParts = (layer: number) => ({ self: `encoder${layer}Self`, inner: `encoder${layer}Inner` });
const decoderParts = (layer: number) => ({
  self: `decoder${layer}Self`,
  source: `decoder${layer}Source`,
  inner: `decoder${layer}Inner`,
});

function partShapes({ features, layers, inner }: TransformerSizes): Shapes {
  const into = Math.sqrt(1 / features);
  const shapes: Shapes = {};
  // Norms are stored as what they add to 1, so that all parameters begin around 0.
  const norm = (name: string) => {
    shapes[`${name}Gain`] = { shape: [features], deviation: 0 };
    shapes[`${name}Shift`] = { shape: [features], deviation: 0 };
  };
  const line = (name: string, from: number, to: number, deviation: number) => {
    shapes[name] = { shape: [from, to], deviation };
    shapes[`${name}Bias`] = { shape: [to], deviation: 0 };
  };
  // What goes back into the sum of all layers begins small (Radford et al. 2019).
  const back = into / Math.sqrt(2 * layers);
  const attention = (name: string) => {
    norm(name);
    line(`${name}Query`, features, features, into);
    line(`${name}KeyValue`, features, 2 * features, into);
    line(`${name}Out`, features, features, back);
  };
  const feedForward = (name: string) => {
    norm(name);
    line(`${name}In`, features, inner, into);
    line(`${name}Out`, inner, features, Math.sqrt(1 / inner) / Math.sqrt(2 * layers));
  };
  for (let layer = 0; layer < layers; layer++) {
    attention(encoderParts(layer).self);
    feedForward(encoderParts(layer).inner);
    attention(decoderParts(layer).self);
    attention(decoderParts(layer).source);
    feedForward(decoderParts(layer).inner);
  }
  norm("encoderEnd");
  norm("decoderEnd");
  return shapes;
}

/** x W + b of [..., from], which it owns. */
function line(parameters: NamedArrays, name: string, values: np.Array): np.Array {
  const { shape } = values;
  const weights = parameters[name]!;
  const [from, to] = weights.shape as [number, number];
  const rows = values.reshape([-1, from]);
  return np
    .matmul(rows, weights.ref)
    .add(parameters[`${name}Bias`]!.ref)
    .reshape([...shape.slice(0, -1), to]);
}

/** Every vector less its mean, over its deviation, times a gain, and shifted (Ba et al. 2016). Owns the values. */
function normed(parameters: NamedArrays, name: string, values: np.Array): np.Array {
  const centred = values.ref.sub(values.mean(-1, { keepdims: true }));
  const variance = np.square(centred.ref).mean(-1, { keepdims: true });
  const gain = parameters[`${name}Gain`]!.ref.add(1);
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(gain)
    .add(parameters[`${name}Shift`]!.ref);
}

/** [batch, positions, features] as [batch, heads, positions, features / heads]. Owns the array. */
function split(array: np.Array, heads: number): np.Array {
  const [batch, positions, features] = array.shape as [number, number, number];
  return np.transpose(array.reshape([batch, positions, heads, features / heads]), [0, 2, 1, 3]);
}

/** Back again. */
function joined(array: np.Array): np.Array {
  const [batch, heads, positions, each] = array.shape as [number, number, number, number];
  // A product that reads its rows through a transposed view is many times slower: what is computed is laid out anew.
  return np.negative(np.negative(np.transpose(array, [0, 2, 1, 3]))).reshape([batch, positions, heads * each]);
}

/** Keys and values [batch, heads, positions, features / heads]. */
type KeyValue = { readonly keys: np.Array; readonly values: np.Array };

/** Owns the read vectors [batch, positions, features]. */
function keyValue(parameters: NamedArrays, name: string, read: np.Array, heads: number): KeyValue {
  const [keys, values] = np.split(line(parameters, `${name}KeyValue`, read), 2, -1) as [np.Array, np.Array];
  return { keys: split(keys, heads), values: split(values, heads) };
}

/** Weights of scores [batch, heads, queries, keys], which it owns, and what the values are weighted by, in the same shape. */
type Weigh = (scores: np.Array) => { readonly weights: np.Array; readonly effective: np.Array };

/** Softmax over the keys that `allowed` has 1 for, [batch or 1, 1, queries or 1, keys]; borrows it. */
function softly(allowed: np.Array): Weigh {
  return (scores) => {
    const weights = nn.softmax(np.where(np.greater(allowed.ref, 0), scores, -1e9), -1);
    return { weights, effective: weights.ref };
  };
}

/** A look that knows of no heads as one that does. */
function inHeads(look: AttentionFn): Weigh {
  return (scores) => {
    const [batch, heads, queries, keys] = scores.shape as [number, number, number, number];
    const { weights, effective } = look(scores.reshape([batch, heads * queries, keys]));
    return {
      weights: weights.reshape([batch, heads, queries, keys]),
      effective: effective.reshape([batch, heads, queries, keys]),
    };
  };
}

/** The mapping over the keys that `allowed` has 1 for; borrows it. */
function mappedOver(attend: Attend, allowed: np.Array): Weigh {
  return (scores) => {
    const mask = allowed.ref.mul(np.ones(scores.shape));
    const weights = attend(scores, { mask });
    return { weights, effective: weights.ref };
  };
}

/** Attention of normed queries, owned, over keys and values, borrowed: what is added to the vectors, and the weights of every head. */
function attention(parameters: NamedArrays, name: string, queries: np.Array, { keys, values }: KeyValue, weigh: Weigh) {
  const [, heads, , each] = keys.shape as [number, number, number, number];
  const asked = split(line(parameters, `${name}Query`, queries), heads).mul(1 / Math.sqrt(each));
  const { weights, effective } = weigh(np.matmul(asked, np.transpose(keys.ref, [0, 1, 3, 2])));
  return { added: line(parameters, `${name}Out`, joined(np.matmul(effective, values.ref))), weights };
}

function feedForward(parameters: NamedArrays, name: string, values: np.Array, drop: DropoutFn): np.Array {
  const inside = drop(nn.relu(line(parameters, `${name}In`, normed(parameters, name, values))));
  return line(parameters, `${name}Out`, inside);
}

/** Sines and cosines of positions at wavelengths from 2 pi to 10,000 x 2 pi, [count, features] (Vaswani et al. 2017, section 3.5). */
function sines(count: number, features: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count * features);
  for (let place = 0; place < count; place++) {
    for (let i = 0; i < features / 2; i++) {
      const angle = place / 10_000 ** ((2 * i) / features);
      values[place * features + 2 * i] = Math.sin(angle);
      values[place * features + 2 * i + 1] = Math.cos(angle);
    }
  }
  return values;
}

/** Keys and values of every decoder layer over the source, and the sight. */
type Memory = { readonly layers: readonly KeyValue[]; readonly sight: SourceContext };
/** Of every decoder layer what its words give to later ones, [batch, beams, most, features] each. */
type State = readonly KeyValue[];

const freed = ({ keys, values }: KeyValue): void => {
  keys.dispose();
  values.dispose();
};

/**
 * Every layer adds to its vectors x: attention of norm(x) over the vectors of its own side, in the decoder then over the encoder's, then a
 * feed-forward network. The weights that are given back are the mean of the heads of the decoder's last layer over the source.
 *
 * Vaswani et al., "Attention Is All You Need" (2017); norms stand before each part (Xiong et al., "On Layer Normalization in the
 * Transformer Architecture", 2020).
 */
export function transformerModel(sizes: TransformerSizes): ModelMaker {
  const { features, layers, heads, scope } = sizes;
  if (features % (2 * heads) !== 0) {
    throw new RangeError(`features is ${features}: a multiple of twice the heads (${2 * heads}) is needed`);
  }
  return ({ source: sourceWords, target: targetWords, joint }, mechanism: AttentionMechanism): SequenceModel => {
    const into = Math.sqrt(1 / features);
    const shapes = {
      ...(joint ? {} : { sourceEmbedding: { shape: [sourceWords, features], deviation: into } }),
      targetEmbedding: { shape: [targetWords, features], deviation: into },
      outputBias: { shape: [targetWords], deviation: 0 },
      ...partShapes(sizes),
    };
    /** Vectors [batch, positions, features] of words [batch, positions], borrowed. */
    const vectorsOf = (embedding: np.Array, words: np.Array) => embedding.ref.slice(words.ref).mul(Math.sqrt(features));
    const placesOf = (count: number) => np.array(sines(count, features), { shape: [1, count, features] });
    const weighSource = (look: AttentionFn, soft: Weigh, layer: number): Weigh =>
      scope !== "last-cross" || layer === layers - 1 ? inHeads(look) : soft;

    const encode: (
      attend: Attend,
      parameters: NamedArrays,
      words: np.Array,
      mask: np.Array,
      drop: () => DropoutFn,
    ) => np.Array = (attend, parameters, words, mask, drop) => {
      const [batch, positions] = words.shape as [number, number];
      const allowed = mask.ref.reshape([batch, 1, 1, positions]);
      const weigh = scope === "all" ? mappedOver(attend, allowed) : softly(allowed);
      let vectors = drop()(
        vectorsOf(parameters["sourceEmbedding"] ?? parameters["targetEmbedding"]!, words).add(placesOf(positions)),
      );
      for (let layer = 0; layer < layers; layer++) {
        const { self, inner } = encoderParts(layer);
        const read = normed(parameters, self, vectors.ref);
        const own = keyValue(parameters, self, read.ref, heads);
        const { added, weights } = attention(parameters, self, read, own, weigh);
        weights.dispose();
        freed(own);
        vectors = vectors.add(drop()(added));
        vectors = vectors.ref.add(drop()(feedForward(parameters, inner, vectors, drop())));
      }
      allowed.dispose();
      return normed(parameters, "encoderEnd", vectors);
    };

    /** The decoder's layers over vectors, owned. `selfOf` gives keys and values of a layer's own side, and how to weigh them. */
    const decode = (
      parameters: NamedArrays,
      start: np.Array,
      drop: () => DropoutFn,
      selfOf: (
        layer: number,
        read: np.Array,
      ) => { readonly own: KeyValue; readonly weigh: Weigh; readonly perRow: boolean },
      sourceOf: (layer: number) => KeyValue,
      weighOf: (layer: number) => Weigh,
    ) => {
      const [batch, queries] = start.shape as [number, number];
      let vectors = start;
      let seen: np.Array | null = null;
      for (let layer = 0; layer < layers; layer++) {
        const { self, source, inner } = decoderParts(layer);
        const read = normed(parameters, self, vectors.ref);
        const { own, weigh, perRow } = selfOf(layer, read);
        const asked = perRow ? read.reshape([batch * queries, 1, features]) : read;
        const toSelf = attention(parameters, self, asked, own, weigh);
        toSelf.weights.dispose();
        freed(own);
        vectors = vectors.add(drop()(toSelf.added.reshape([batch, queries, features])));
        const memory = sourceOf(layer);
        const toSource = attention(parameters, source, normed(parameters, source, vectors.ref), memory, weighOf(layer));
        freed(memory);
        seen?.dispose();
        seen = toSource.weights;
        vectors = vectors.add(drop()(toSource.added));
        vectors = vectors.ref.add(drop()(feedForward(parameters, inner, vectors, drop())));
      }
      return { features: normed(parameters, "decoderEnd", vectors), weights: seen!.mean(1) };
    };

    return {
      shapes,
      closedFormOnly: false,
      read: (attend, parameters, { words, sight }, inputs, noise) => {
        const [batch, length] = inputs.shape as [number, number];
        const source = words.shape[1]!;
        const rates = Array.from({ length: 2 + 7 * layers }, () => noise?.features ?? 0);
        const [onWords, ...all] = dropoutFns(noise, [noise?.words ?? 0, ...rates]) as [DropoutFn, ...DropoutFn[]];
        const drop = () => all.pop()!;
        const encoded = encode(attend, parameters, words, sight.mask, drop);
        const causal = np
          .lessEqual(np.arange(length).reshape([1, length]), np.arange(length).reshape([length, 1]))
          .astype(np.float32);
        const allowed = causal.reshape([1, 1, length, length]);
        const inSource = sight.mask.ref.reshape([batch, 1, 1, source]);
        const weighSelf = scope === "all" ? mappedOver(attend, allowed) : softly(allowed);
        const look = makeAttention(attend, mechanism, sight);
        // Words that are taken away leave their place behind.
        const start = onWords(vectorsOf(parameters["targetEmbedding"]!, inputs), [batch, length, 1]).add(
          placesOf(length),
        );
        const reading = decode(
          parameters,
          drop()(start),
          drop,
          (layer, read) => ({
            own: keyValue(parameters, decoderParts(layer).self, read.ref, heads),
            weigh: weighSelf,
            perRow: false,
          }),
          (layer) => keyValue(parameters, decoderParts(layer).source, encoded.ref, heads),
          (layer) => weighSource(look, softly(inSource), layer),
        );
        for (const array of [encoded, allowed, inSource]) array.dispose();
        return reading;
      },
      begin: (attend, parameters, { words, sight }, { beams, most }) => {
        const encoded = encode(attend, parameters, words, sight.mask, () => (values) => values);
        const batch = words.shape[0]!;
        const all = Array.from({ length: layers }, (_, layer) =>
          keyValue(parameters, decoderParts(layer).source, encoded.ref, heads),
        );
        encoded.dispose();
        const empty = () => np.zeros([batch, beams, most, features]);
        const state: State = all.map(() => ({ keys: empty(), values: empty() }));
        const memory: Memory = { layers: all, sight: tree.ref(sight) };
        return { memory: memory as unknown as Arrays, state: state as unknown as Arrays };
      },
      step: (attend, parameters, memory, state, words, place) => {
        const { layers: sourceLayers, sight } = memory as unknown as Memory;
        const caches = state as unknown as State;
        const [batch, beams] = words.shape as [number, number];
        const source = sight.mask.shape[1]!;
        const [, , most] = caches[0]!.keys.shape as [number, number, number];
        const now = np.equal(np.arange(most), place.ref).astype(np.float32).reshape([1, 1, most, 1]);
        const allowed = np.lessEqual(np.arange(most), place.ref).astype(np.float32).reshape([1, 1, 1, most]);
        const inSource = sight.mask.ref.reshape([batch, 1, 1, source]);
        const weighSelf = scope === "all" ? mappedOver(attend, allowed) : softly(allowed);
        const look = makeAttention(attend, mechanism, sight);
        // The place of the word is known only when the program runs: its sines are those that it has 1 for.
        const here = np.matmul(
          now.ref.reshape([1, most]),
          np.array(sines(most, features), { shape: [most, features] }),
        );
        const after: KeyValue[] = [];
        const reading = decode(
          parameters,
          vectorsOf(parameters["targetEmbedding"]!, words).add(here.reshape([1, 1, features])),
          () => (values) => values,
          (layer, read) => {
            const name = decoderParts(layer).self;
            const fresh = np.split(line(parameters, `${name}KeyValue`, read.ref), 2, -1) as [np.Array, np.Array];
            const [keys, values] = fresh.map((array, i) => {
              const before = (i === 0 ? caches[layer]!.keys : caches[layer]!.values).ref;
              return before.add(array.reshape([batch, beams, 1, features]).mul(now.ref));
            }) as [np.Array, np.Array];
            after.push({ keys: keys.ref, values: values.ref });
            const rows = (array: np.Array) => split(array.reshape([batch * beams, most, features]), heads);
            return { own: { keys: rows(keys), values: rows(values) }, weigh: weighSelf, perRow: true };
          },
          (layer) => tree.ref(sourceLayers[layer]!),
          (layer) => weighSource(look, softly(inSource), layer),
        );
        for (const array of [now, allowed, inSource]) array.dispose();
        return { ...reading, state: after as unknown as Arrays };
      },
    };
  };
}
