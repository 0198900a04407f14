/** Random zeroing: where a program comes by, and what is drawn for it. */
import { init, numpy as np, random, tree } from "@jax-js/jax";
import { beforeAll, expect, it } from "vitest";
import { dropoutMasks, dropoutFns, dropoutSites, type DropoutConfig } from "../../src/nn/dropout.ts";

beforeAll(async () => {
  await init("wasm");
});

const rates = [0.25, 0, 0.5];

/** Zeroes features, leaves what has rate 0 alone, then zeroes whole rows. */
function program(mask: DropoutConfig["mask"], values: np.Array): np.Array {
  const [features, nothing, rows] = dropoutFns({ features: 0.25, words: 0.5, mask }, rates);
  return rows!(nothing!(features!(values)), [300, 1]);
}

it("the places of a program are those that it comes by, in order", () => {
  const values = np.ones([300, 40]);
  expect(dropoutSites(program, [values])).toEqual([
    { draw: 0, of: 3, rate: 0.25, shape: [300, 40] },
    { draw: 2, of: 3, rate: 0.5, shape: [300, 1] },
  ]);
  values.dispose();
});

it("masks zero their share and keep the mean; the same for the same key", async () => {
  const values = np.ones([300, 40]);
  const places = dropoutSites(program, [values.ref]);
  const read = async (seed: number) => {
    const masks = dropoutMasks(places, random.key(seed));
    const given = [...masks];
    const out = program(() => given.shift()!.ref, values.ref);
    const all: number[][] = [];
    for (const array of [...masks.map((mask) => mask.ref), out]) {
      all.push(Array.from((await array.data()) as Float32Array));
    }
    tree.dispose(masks);
    return all;
  };
  const [features, rows, out] = await read(1);
  const zeros = (mask: number[]) => mask.filter((value) => value === 0).length / mask.length;
  expect(zeros(features!)).toBeCloseTo(0.25, 1);
  expect(zeros(rows!)).toBeCloseTo(0.5, 1);
  expect(new Set(features)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  expect(out).toEqual(features!.map((value, i) => Math.fround(value * rows![Math.floor(i / 40)]!)));
  expect(await read(1)).toEqual([features, rows, out]);
  expect((await read(2))[0]).not.toEqual(features);
  values.dispose();
});

it("without noise nothing is zeroed", () => {
  const values = np.ones([2]);
  for (const drop of dropoutFns(null, rates)) expect(drop(values)).toBe(values);
  values.dispose();
});
