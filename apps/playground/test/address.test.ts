/** Addresses: what was written is read again, and whatever people or hostile links put there ends in a usable state. */
import { fc } from "./support/property.ts";
import { describe, expect, test } from "vitest";
import {
  formatAddress,
  MOST_SCORES,
  parseAddress,
  parseNumbers,
  readChoices,
  readNumber,
} from "../src/core/address.ts";
import { defaultValues, readValues, writeValues } from "../src/core/mappings.ts";
import { positionOf, valueAt, type SliderSpec } from "../src/parts/slider.ts";

const quiet = () => {};

describe("numbers", () => {
  test("commas, spaces, brackets and true minus signs", () => {
    expect(parseNumbers("[1, 2.5;−3\n4e-1]", quiet)).toEqual([1, 2.5, -3, 0.4]);
    expect(parseNumbers("", quiet)).toEqual([]);
  });

  test("what is no number is left out, and said", () => {
    const problems: string[] = [];
    expect(parseNumbers("1,NaN,Infinity,abc,2", (problem) => problems.push(problem))).toEqual([1, 2]);
    expect(problems).toEqual(['"NaN" is not a finite number and was left out', "3 entries were left out in all"]);
  });

  test("a thousand scores at most, and none beyond a million", () => {
    const problems: string[] = [];
    const many = parseNumbers("1,".repeat(5000), (problem) => problems.push(problem));
    expect(many).toHaveLength(MOST_SCORES);
    expect(problems).toEqual(["only the first 1000 numbers were taken"]);
    expect(parseNumbers("1e300,-1e300", quiet)).toEqual([1e6, -1e6]);
  });

  test("any text gives finite numbers in range", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const numbers = parseNumbers(text, quiet);
        expect(numbers.every((number) => Math.abs(number) <= 1e6)).toBe(true);
      }),
    );
  });
});

test("a value out of range is moved into it, one that is none is replaced", () => {
  const range = { fallback: 1, least: 0, most: 10 };
  const read = (text: string) => readNumber(new URLSearchParams(`a=${text}`), "a", range, quiet);
  expect([read("3"), read("-5"), read("1e9"), read("NaN"), read(""), read("<b>")]).toEqual([3, 0, 10, 1, 1, 1]);
});

test("unknown choices are dropped, repeated ones taken once", () => {
  const read = (text: string) => readChoices(new URLSearchParams(`m=${text}`), "m", ["a", "b", "c"], ["a"], quiet);
  expect(read("c,b,c,__proto__")).toEqual(["c", "b"]);
  expect(read("constructor")).toEqual(["a"]);
  expect(read("")).toEqual(["a"]);
});

test("parameters return from their address", () => {
  const values = { ...defaultValues, gamma: 0.5, lambda: 0, k: 3 };
  const query = new URLSearchParams();
  writeValues(query, values);
  const { view, query: back } = parseAddress(formatAddress({ view: "weights", query }));
  expect(view).toBe("weights");
  expect(readValues(back, quiet)).toEqual(values);
});

test.each([
  { name: "linear", least: 1, most: 4, scale: "linear", step: 0.01 },
  { name: "log", least: 0.01, most: 100, scale: "log" },
  { name: "log-zero", least: 0, most: 3, scale: "log-zero" },
] satisfies SliderSpec[])("a $name slider goes up with its place and comes back to it", (spec) => {
  let before = -Infinity;
  for (let i = 0; i <= 40; i++) {
    const value = valueAt(spec, i / 40);
    expect(value).toBeGreaterThan(before);
    expect(positionOf(spec, value)).toBeCloseTo(i / 40, 1);
    before = value;
  }
  expect([valueAt(spec, 0), valueAt(spec, 1)]).toEqual([spec.least, spec.most]);
});
