/** Every mistake is named: the argument, the offending value and, in an array, its index. */
import { describe, expect, test } from "vitest";
import { fusedmax, registry, softmax, sparsemax, type AnyMappingOptions } from "../src/index.ts";

const wrong = (options: Record<string, unknown>, scores: unknown = [1, 2, 3, 4]) =>
  expect(() => fusedmax(scores as number[], options as AnyMappingOptions));

describe("scores", () => {
  test.each(registry)("$name refuses NaN and +Infinity and says where", ({ mapping, optionsFor }) => {
    const options = optionsFor?.(3) ?? {};
    for (const make of [
      (x: number[]) => x,
      (x: number[]) => Float32Array.from(x),
      (x: number[]) => Float64Array.from(x),
    ]) {
      expect(() => mapping(make([0, Number.NaN, 1]), options)).toThrow(
        new RangeError("scores[1] is NaN: every score must be finite, or -Infinity to remove it"),
      );
      expect(() => mapping(make([0, 1, Infinity]), options)).toThrow(/scores\[2\] is Infinity/);
    }
    expect(() => mapping.vjp(Float32Array.of(0, 1, Infinity), options)).toThrow(/scores\[2\] is Infinity/);
  });

  test("the index is that of the whole array, on any axis", () => {
    const scores = [1, 2, 3, 4, Number.NaN, 6];
    expect(() => softmax(scores, { shape: [2, 3], axis: 0 })).toThrow(/scores\[4\] is NaN/);
    expect(() => softmax(Float32Array.from(scores), { shape: [2, 3], axis: 0 })).toThrow(/scores\[4\] is NaN/);
    expect(() => softmax(Float32Array.from(scores), { shape: [2, 3] })).toThrow(/scores\[4\] is NaN/);
  });

  test("no array, no number", () => {
    wrong({}, "1 2 3").toThrow(
      new TypeError('scores is "1 2 3": an array of numbers, a Float32Array or a Float64Array is needed'),
    );
    wrong({}, null).toThrow(/scores is null/);
    wrong({}, Int32Array.of(1)).toThrow(/scores is Int32Array\(1\)/);
    wrong({}, [1, "2"]).toThrow(/scores\[1\] is 2: every score must be a number/);
    wrong({}, [1, undefined]).toThrow(/scores\[1\] is undefined/);
  });

  test("nothing at all is fine", () => {
    expect(sparsemax([])).toEqual([]);
    expect(Array.from(sparsemax.max([]))).toEqual([-Infinity]);
    expect(sparsemax(new Float32Array(0), { shape: [0, 5] })).toHaveLength(0);
    expect(sparsemax(new Float32Array(0), { shape: [5, 0] })).toHaveLength(0);
  });
});

describe("options", () => {
  test("gamma and lambda out of range", () => {
    wrong({ gamma: 0 }).toThrow(new RangeError("gamma is 0: a finite number above 0 is needed"));
    wrong({ gamma: -1 }).toThrow(/gamma is -1/);
    wrong({ gamma: Number.NaN }).toThrow(/gamma is NaN/);
    wrong({ gamma: Infinity }).toThrow(/gamma is Infinity/);
    wrong({ gamma: "1" }).toThrow(TypeError);
    wrong({ lambda: -0.1 }).toThrow(new RangeError("lambda is -0.1: a finite number of 0 or more is needed"));
    wrong({ lambda: Infinity }).toThrow(/lambda is Infinity/);
    wrong({ shape: [2, 2], gamma: [1, 0] }).toThrow(/gamma\[1\] is 0/);
    wrong({ shape: [2, 2], lambda: [0.1, -2] }).toThrow(/lambda\[1\] is -2/);
    wrong({ shape: [2, 2], lambda: [0.1] }).toThrow(/lambda has 1 entries: 2 are needed \(one per row\)/);
  });

  test("shape, axis, mask, lengths, out", () => {
    wrong({ shape: [3, 2] }).toThrow(new RangeError("shape [3, 2] has 6 entries but scores has 4"));
    wrong({ shape: [2.5] }).toThrow(/shape\[0\] is 2.5/);
    wrong({ shape: 4 }).toThrow(/shape is 4/);
    wrong({ axis: 1 }).toThrow(/axis is 1: an integer from -1 to 0/);
    wrong({ axis: 0.5 }).toThrow(/axis is 0.5/);
    wrong({ mask: [1, 1] }).toThrow(/mask has 2 entries: 4 are needed/);
    wrong({ mask: true }).toThrow(/mask is true/);
    wrong({ lengths: [5] }).toThrow(/lengths\[0\] is 5: an integer from 0 to 4/);
    wrong({ lengths: [1, 1] }).toThrow(/lengths has 2 entries: 1 are needed/);
    wrong({ out: new Float32Array(4) }).toThrow(/out is Float32Array\(4\): an array of the same kind/);
    wrong({ out: [1] }).toThrow(/out has 1 entries/);
  });

  test("a misspelt option does not pass silently", () => {
    wrong({ lamda: 0.1 }).toThrow(/options.lamda is unknown to fusedmax: it takes .*lambda/);
    expect(() => softmax([1], { lambda: 1 } as object)).toThrow(/options.lambda is unknown to softmax/);
    expect(() => softmax([1], 3 as unknown as object)).toThrow(/options is 3/);
  });
});

describe("cotangents, targets and weights", () => {
  test("sizes and kinds", () => {
    const { pullback } = sparsemax.vjp([1, 2]);
    expect(() => pullback([1])).toThrow(/cotangent has 1 entries: 2 are needed/);
    expect(() => pullback("x" as never)).toThrow(/cotangent is "x"/);
    expect(() => sparsemax.jvp([1, 2]).pushforward([1, 2, 3])).toThrow(/tangent has 3 entries/);
    expect(() => sparsemax.loss([1, 2], [2])).toThrow(/targets\[0\] is 2: a class from 0 to 1/);
    expect(() => sparsemax.loss([1, 2], [0.5, 0.6])).toThrow(/targets of row 0 sum to 1.1/);
    expect(() => sparsemax.loss([1, 2], [-0.5, 1.5])).toThrow(/targets\[0\] is -0.5/);
    expect(() => sparsemax.loss([1, 2], [1, 0, 0])).toThrow(/targets has 3 entries/);
    expect(() => sparsemax.gap([1, 2], [1, Number.NaN])).toThrow(/weights\[1\] is NaN/);
  });

  test("weights off the simplex have no finite certificate", () => {
    expect(sparsemax.gap([1, 2], [0.5, 0.6])[0]).toBe(Infinity);
    expect(sparsemax.gap([1, 2], [-0.1, 1.1])[0]).toBe(Infinity);
    expect(sparsemax.gap([1, -Infinity], [0.5, 0.5])[0]).toBe(Infinity);
  });
});

test.each([-Infinity, -1e9, 0.5, 2, NaN, "1", null])(
  "a mask that holds %s is refused, and told where additive masks go",
  (entry) => {
    for (const { mapping, optionsFor } of registry) {
      for (const scores of [[1, 2, 3, 4], Float32Array.of(1, 2, 3, 4)]) {
        const options = { ...optionsFor?.(4), mask: [0, 1, 1, entry] as number[] };
        expect(() => mapping(scores, options)).toThrow("mask[3]");
        expect(() => mapping(scores, options)).toThrow("for an additive mask use bias");
      }
    }
  },
);
