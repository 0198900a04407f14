/** Scores in NumPy's files. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { parseNpy, parseNpz } from "../../src/cli/parse/npy.ts";
import { parseScores } from "../../src/cli/parse/score-array.ts";

/** An .npy file as NumPy writes it. */
function npy(descr: string, shape: string, entries: Uint8Array, { version = 1, order = "False" } = {}): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const type = descr.startsWith("[") ? descr : `'${descr}'`;
  let header = `{'descr': ${type}, 'fortran_order': ${order}, 'shape': (${shape}), }`;
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

type AnyArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

const bytesOf = (array: AnyArray) => new Uint8Array(array.buffer);
const swapped = (array: AnyArray) => {
  const bytes = bytesOf(array).slice();
  for (let at = 0; at < bytes.length; at += array.BYTES_PER_ELEMENT) {
    bytes.subarray(at, at + array.BYTES_PER_ELEMENT).reverse();
  }
  return bytes;
};
const reading = (bytes: Uint8Array) => () => parseNpy(bytes, "x.npy");
const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

/** numpy.save of numpy.asfortranarray([[1, -2.5, 6e-8], [65504, -inf, .1]]) as ">f2", by NumPy 2.4.6. */
const FORTRAN_HALVES =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPmYyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo8AHv/wQD8AAABLmY=";

/** numpy.savez_compressed of a = [[1, 2], [3, 4]] as int16 and b = [True, False], by NumPy 2.4.6. */
const TWO_ARRAYS =
  "UEsDBC0AAAAIAAAAIQAAytxt//////////8FABQAYS5ucHkBABAAiAAAAAAAAABOAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkaaOgq1CmQDLkYGJgZmBhYGAFBLAwQtAAAACAAAACEA7hm7Xf//////////BQAUAGIubnB5AQAQAIIAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYAUEsBAi0DLQAAAAgAAAAhAADK3G1OAAAAiAAAAAUAAAAAAAAAAAAAAIABAAAAAGEubnB5UEsBAi0DLQAAAAgAAAAhAO4Zu11GAAAAggAAAAUAAAAAAAAAAAAAAIABhQAAAGIubnB5UEsFBgAAAAACAAIAZgAAAAIBAAAAAA==";

describe("NPY files", () => {
  it("are read in versions 1 to 3", () => {
    for (const version of [1, 2, 3]) {
      const small = parseNpy(npy("<f4", "2, 2", bytesOf(Float32Array.of(1, -2, 0.5, -Infinity)), { version }), "x.npy");
      expect(small).toEqual({ values: Float64Array.of(1, -2, 0.5, -Infinity), shape: [2, 2] });
      const large = parseNpy(npy("<f8", "3,", bytesOf(Float64Array.of(0.1, 1e300, -0.3)), { version }), "x.npy");
      expect(large).toEqual({ values: Float64Array.of(0.1, 1e300, -0.3), shape: [3] });
    }
  });

  it.each<[string, AnyArray, number[]]>([
    ["f4", Float32Array.of(1.5, -2), [1.5, -2]],
    ["f8", Float64Array.of(1.5, -2), [1.5, -2]],
    ["i1", Int8Array.of(-128, 127), [-128, 127]],
    ["i2", Int16Array.of(-300, 300), [-300, 300]],
    ["i4", Int32Array.of(-70_000, 70_000), [-70_000, 70_000]],
    ["i8", BigInt64Array.of(-(2n ** 53n), 5n), [-(2 ** 53), 5]],
    ["u1", Uint8Array.of(0, 255), [0, 255]],
    ["u2", Uint16Array.of(0, 65_535), [0, 65_535]],
    ["u4", Uint32Array.of(0, 2 ** 32 - 1), [0, 2 ** 32 - 1]],
    ["u8", BigUint64Array.of(2n ** 63n, 5n), [2 ** 63, 5]],
    ["b1", Uint8Array.of(0, 1), [0, 1]],
    ["f2", Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
  ])("of %s are read in both byte orders", (type, array, wanted) => {
    const one = array.BYTES_PER_ELEMENT === 1;
    expect(Array.from(parseNpy(npy(`${one ? "|" : "<"}${type}`, "2,", bytesOf(array)), "x").values)).toEqual(wanted);
    expect(Array.from(parseNpy(npy(`>${type}`, "2,", swapped(array)), "x").values)).toEqual(wanted);
  });

  it("in Fortran order are read as NumPy shows them", () => {
    const { values, shape } = parseNpy(base64(FORTRAN_HALVES), "x.npy");
    expect(shape).toEqual([2, 3]);
    expect(Array.from(values)).toEqual([1, -2.5, 2 ** -24, 65504, -Infinity, 0.0999755859375]);
    // Entry [i][j][k] of shape 2 x 3 x 2 is 6 i + 2 j + k, in a file in which i runs fastest.
    const entries = [0, 1].flatMap((k) => [0, 1, 2].flatMap((j) => [0, 1].map((i) => 6 * i + 2 * j + k)));
    const cube = parseNpy(npy("|i1", "2, 3, 2", bytesOf(Int8Array.from(entries)), { order: "True" }), "x.npy");
    expect(Array.from(cube.values)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(parseNpy(npy("<f4", "2,", bytesOf(Float32Array.of(1, 2)), { order: "True" }), "x").shape).toEqual([2]);
    expect(parseNpy(npy("<f4", "0, 3", new Uint8Array(0), { order: "True" }), "x").shape).toEqual([0, 3]);
  });

  it("of a bare number are a row of one", () => {
    expect(parseNpy(npy("<f8", "", bytesOf(Float64Array.of(2.5))), "x")).toEqual({
      values: Float64Array.of(2.5),
      shape: [1],
    });
  });

  it("are refused by what they hold, with the file and the entry", () => {
    const four = bytesOf(Float32Array.of(1, 2, 3, 4));
    const kinds: [string, RegExp][] = [
      ["|O", /x\.npy: its entries are Python objects \("\|O"\): save x\.astype\(numpy\.float64\)/],
      ["<c8", /complex numbers/],
      ["<U1", /texts/],
      ["<V2", /bfloat16, perhaps/],
      ["<M8[D]", /dates/],
      ["<f16", /floats of another size/],
      ["<q4", /of an unknown type/],
    ];
    for (const [descr, message] of kinds) expect(reading(npy(descr, "4,", four))).toThrow(message);
    expect(reading(npy("<i8", "2,", bytesOf(BigInt64Array.of(0n, 2n ** 53n + 1n))))).toThrow(
      "x.npy: entry [1] is 9007199254740993, which float64 does not hold: save x.astype(numpy.float64)",
    );
    expect(reading(npy("<f4", "2, 2", bytesOf(Float32Array.of(1, 2, NaN, 4))))).toThrow(
      /x\.npy: entry \[1\]\[0\] is NaN/,
    );
    expect(reading(npy("<f4", "1, 2", bytesOf(Float32Array.of(1, Infinity))))).toThrow(/entry \[0\]\[1\] is Infinity/);
    expect(reading(npy("<f4", "5,", four))).toThrow(/needs 20 bytes of entries, 16 are there/);
    expect(reading(npy("<f4", "4,", four, { version: 9 }))).toThrow(/version 9 is unknown/);
    expect(reading(npy("<f4", "4,", four).subarray(0, 30))).toThrow(/cut off/);
    expect(reading(npy("<f4", "x,", four))).toThrow(/header is broken/);
    expect(reading(npy("[('a', '<f4')]", "4,", four))).toThrow(/it holds records: save one/);
    expect(reading(new TextEncoder().encode("1,2,3"))).toThrow(/not an NPY file/);
  });
});

describe("NPZ files", () => {
  const one = zipSync({ "scores.npy": npy("<f8", "2,", bytesOf(Float64Array.of(1, 2))) });

  it("of one array are read as it, those of several by its name", () => {
    expect(parseScores(one, "standard input")).toEqual({ values: Float64Array.of(1, 2), shape: [2] });
    const two = base64(TWO_ARRAYS);
    expect(parseScores(two, "x.npz", "a")).toEqual({ values: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
    expect(parseScores(two, "x.npz", "b")).toEqual({ values: Float64Array.of(1, 0), shape: [2] });
    expect(() => parseScores(two, "x.npz")).toThrow("x.npz: it holds the arrays a, b: choose one with --array NAME");
    expect(() => parseScores(two, "x.npz", "A")).toThrow(/x\.npz: unknown array "A": did you mean a\?/);
  });

  it("are refused when they are broken, or hold no arrays", () => {
    expect(() => parseNpz(one.subarray(0, 60), "x.npz")).toThrow(/x\.npz: it is a broken zip archive: /);
    expect(() => parseScores(zipSync({ "archive/data.pkl": new Uint8Array(3) }), "model.pt")).toThrow(
      "model.pt: it is a zip archive without NumPy arrays: write it with numpy.savez",
    );
    const objects = zipSync({ "o.npy": npy("|O", "1,", new Uint8Array(8)) });
    expect(() => parseScores(objects, "x.npz")).toThrow(/x\.npz, o: its entries are Python objects/);
    expect(() => parseScores(new TextEncoder().encode("1,2"), "x.csv", "a")).toThrow(
      /--array: x\.csv is no \.npz file/,
    );
  });
});
