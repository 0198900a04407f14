/** Scores in files and as arguments, and what is said of those that cannot be read. */
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../src/cli/terminal/suggest.ts";
import { formatNumber, parseNumber } from "../../src/cli/parse/numbers.ts";
import { parseNpy } from "../../src/cli/parse/npy.ts";
import { parseCsv, parseJson, parseScores } from "../../src/cli/parse/score-array.ts";
import { formatJson, formatLines } from "../../src/cli/parse/score-text.ts";

/** An .npy file as NumPy writes it. */
function npy(descr: string, shape: string, entries: Uint8Array, { version = 1, order = "False" } = {}): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  let header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
  header = `${header.padEnd(Math.ceil((header.length + 9 + lengthBytes) / 64) * 64 - 9 - lengthBytes)}\n`;
  const start = 8 + lengthBytes + header.length;
  const bytes = new Uint8Array(start + entries.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) new DataView(bytes.buffer).setUint16(8, header.length, true);
  else new DataView(bytes.buffer).setUint32(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 8 + lengthBytes);
  bytes.set(entries, start);
  return bytes;
}

const reading = (bytes: Uint8Array) => () => parseNpy(bytes, "x.npy");
const utf8 = (text: string) => new TextEncoder().encode(text);
const bytesOf = (array: Float32Array | Float64Array | Int32Array) => new Uint8Array(array.buffer);

describe("NPY files", () => {
  it("reads float32 and float64 in versions 1 to 3", () => {
    for (const version of [1, 2, 3]) {
      const small = parseNpy(npy("<f4", "2, 2", bytesOf(Float32Array.of(1, -2, 0.5, -Infinity)), { version }), "x.npy");
      expect(small.shape).toEqual([2, 2]);
      expect(Array.from(small.values)).toEqual([1, -2, 0.5, -Infinity]);
      const large = parseNpy(npy("<f8", "3,", bytesOf(Float64Array.of(0.1, 1e300, -0.3)), { version }), "x.npy");
      expect(large).toEqual({ values: Float64Array.of(0.1, 1e300, -0.3), shape: [3] });
    }
  });

  it("reads big-endian entries and a bare number", () => {
    const entries = new Uint8Array(8);
    new DataView(entries.buffer).setFloat64(0, 2.5, false);
    expect(parseNpy(npy(">f8", "", entries), "x.npy")).toEqual({ values: Float64Array.of(2.5), shape: [1] });
  });

  it("refuses what it cannot read, naming the file and the reason", () => {
    const four = bytesOf(Float32Array.of(1, 2, 3, 4));
    expect(reading(npy("<i4", "4,", bytesOf(Int32Array.of(1, 2, 3, 4))))).toThrow(/x\.npy: its entries are "<i4"/);
    expect(reading(npy("|O", "4,", four))).toThrow(/save it as float32 or float64/);
    expect(reading(npy("<f4", "2, 2", four, { order: "True" }))).toThrow(/Fortran order/);
    expect(reading(npy("<f4", "5,", four))).toThrow(/needs 20 bytes of entries, 16 are there/);
    expect(reading(npy("<f4", "4,", four, { version: 9 }))).toThrow(/version 9 is unknown/);
    expect(reading(npy("<f4", "4,", four).subarray(0, 30))).toThrow(/cut off/);
    expect(reading(npy("<f4", "x,", four))).toThrow(/header is broken/);
    expect(reading(new TextEncoder().encode("1,2,3"))).toThrow(/not an NPY file/);
  });

  it("takes a one-dimensional array in Fortran order, which is the same", () => {
    expect(parseNpy(npy("<f4", "2,", bytesOf(Float32Array.of(1, 2)), { order: "True" }), "x.npy").shape).toEqual([2]);
  });
});

describe("JSON and CSV", () => {
  it("makes the nesting of JSON the shape", () => {
    const { values, shape } = parseJson("[[[1,2,3]],[[4,5,6]]]", "x");
    expect(shape).toEqual([2, 1, 3]);
    expect(Array.from(values)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("names the entry of broken JSON", () => {
    expect(() => parseJson("[[1,2],[3]]", "x")).toThrow("x: entry [1] has 1 entries: the lists beside it have 2");
    expect(() => parseJson("[[1,2],[3,null]]", "x")).toThrow("x: entry [1][1] is null: a number is needed");
    expect(() => parseJson("[1,[2]]", "x")).toThrow("x: entry [1] is [2]: a number is needed");
    expect(() => parseJson('{"a":1}', "x")).toThrow(/a list of numbers/);
  });

  it("reads CSV with any separator, quotes, a heading and blank lines", () => {
    for (const text of ["1,2\n3,4\n", "1;2\r\n3;4", "1\t2\n\n3\t4", " 1  2\n3 4 ", 'a,b\n"1","2"\n3,4']) {
      expect(parseCsv(text, "x")).toEqual({ values: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
    }
  });

  it("names line and column of broken CSV", () => {
    expect(() => parseCsv("1,2\n3,x", "x")).toThrow('x: line 2, column 2 is "x": a number is needed');
    expect(() => parseCsv("1,2\n3,", "x")).toThrow('line 2, column 2 is ""');
    expect(() => parseCsv("a,b\n1,2\n\n3", "x")).toThrow("x: line 4 has 1 numbers, line 2 has 2");
    expect(() => parseCsv("a,b\n", "x")).toThrow("there are no numbers");
  });

  it("tells formats apart by ending, else by content", () => {
    expect(parseScores(utf8("[1,2]"), "standard input").shape).toEqual([2]);
    expect(parseScores(utf8("1 2 3"), "standard input").shape).toEqual([3]);
    expect(() => parseScores(utf8("1 2 3"), "a.json")).toThrow(/a\.json: it is not JSON/);
    expect(() => parseScores(utf8(""), "a.csv")).toThrow(/a\.csv: it is empty/);
    expect(() => parseScores(Uint8Array.of(0xff, 0xfe, 0x80), "a")).toThrow(/neither text nor NPY/);
  });
});

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
  });
});
