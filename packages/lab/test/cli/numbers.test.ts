/** Numbers, arrays of them and names on the command line. */
import { describe, expect, it } from "vitest";
import { formatNumber, parseNumber } from "../../src/cli/parse/numbers.ts";
import { formatJson, formatLines } from "../../src/cli/parse/score-text.ts";
import { editDistance, nearest } from "../../src/cli/terminal/suggest.ts";

describe("numbers and names", () => {
  it("reads decimals, infinities and NaN, and nothing else", () => {
    expect(["1", "-.5", "2e3", "\u22121", " 4 "].map(parseNumber)).toEqual([1, -0.5, 2000, -1, 4]);
    expect(["-inf", "Infinity", "nan"].map(parseNumber)).toEqual([-Infinity, Infinity, NaN]);
    expect(["", "1x", "0x10", "1,5", "--1", "e5"].map(parseNumber)).toEqual([null, null, null, null, null, null]);
  });

  it("prints 12 significant digits in the shortest form", () => {
    expect([0.1 + 0.2, 1 / 3, -0, 1e-20, 1e21, -Infinity].map((value) => formatNumber(value))).toEqual([
      "0.3",
      "0.333333333333",
      "0",
      "1e-20",
      "1e+21",
      "-Infinity",
    ]);
  });

  it("writes arrays as lines and as nested lists", () => {
    expect(formatLines([1, 2, 3, 4], [2, 1, 2], " ", 12)).toBe("1 2\n\n3 4\n");
    expect(formatJson([1, -Infinity], [2, 1], 12)).toBe('[[1], ["-Infinity"]]');
  });

  it("finds the nearest name, and none when nothing is near", () => {
    expect(editDistance("abcd", "acbd")).toBe(1);
    expect(nearest("Fusdmax", ["softmax", "fusedmax"])).toBe("fusedmax");
    expect(nearest("banana", ["softmax", "fusedmax"])).toBe(null);
    expect([nearest("lsit", ["list", "map"]), nearest("xls", ["csv", "tsv"])]).toEqual(["list", null]);
  });
});
