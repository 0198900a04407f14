/** Tensors in files. */
import { describe, expect, it } from "vitest";
import { RunError } from "../../src/base/run-error.ts";
import { readSafetensors, writeSafetensors } from "../../src/base/safetensors.ts";

const file = {
  tensors: {
    "a/b": { shape: [2, 3], values: Float32Array.of(1, -2.5, 3e-20, 0, Infinity, 7) },
    empty: { shape: [0, 4], values: new Float32Array(0) },
    scalar: { shape: [], values: Float32Array.of(-0) },
  },
  metadata: { format: "test", text: 'ö " \n' },
};

/** A file of other software: its header as JSON, then the bytes. */
function foreign(header: unknown, bytes: Uint8Array = Buffer.alloc(0)): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, bytes]);
}

const entry = (dtype: string, size: number, from: number, to: number) => ({
  dtype,
  shape: [size],
  data_offsets: [from, to],
});

describe("safetensors", () => {
  it("come back as they were written", () => {
    const read = readSafetensors(writeSafetensors(file), "x");
    expect(read).toEqual(file);
    expect(Object.is(read.tensors["scalar"]!.values[0], -0)).toBe(true);
  });

  it("has the published layout", () => {
    const bytes = Buffer.from(
      writeSafetensors({ tensors: { t: { shape: [2], values: Float32Array.of(1, 2) } }, metadata: {} }),
    );
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, unknown>;
    expect(header["t"]).toEqual({ dtype: "F32", shape: [2], data_offsets: [0, 8] });
    expect(bytes.length).toBe(8 + length + 8);
    expect([bytes.readFloatLE(8 + length), bytes.readFloatLE(12 + length)]).toEqual([1, 2]);
  });

  it("reads a file written by other software, without a digest, with null or a sha256 of its own for metadata", () => {
    const numbers = Buffer.alloc(4);
    numbers.writeFloatLE(0.5);
    const w = entry("F32", 1, 0, 4);
    for (const given of [undefined, null, {}, { sha256: "of something else" }]) {
      const read = readSafetensors(foreign({ __metadata__: given, w }, numbers), "x");
      expect(read).toEqual({ tensors: { w: { shape: [1], values: Float32Array.of(0.5) } }, metadata: given ?? {} });
    }
  });

  it("widens F16 and BF16 exactly", () => {
    const halves = [0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000, 0x3555];
    const brains = [0x3f80, 0xc000, 0x0001, 0x7f7f, 0xff80, 0x8000, 0x4049];
    const numbers = Buffer.alloc(28);
    [...halves, ...brains].forEach((bits, i) => numbers.writeUInt16LE(bits, 2 * i));
    const header = { half: entry("F16", 7, 0, 14), brain: entry("BF16", 7, 14, 28) };
    const { half, brain } = readSafetensors(foreign(header, numbers), "x").tensors;
    expect(Array.from(half!.values)).toEqual([1, -2, 2 ** -24, 65504, -Infinity, -0, 0.333251953125]);
    expect(Array.from(brain!.values)).toEqual([1, -2, 2 ** -133, (2 - 2 ** -7) * 2 ** 127, -Infinity, -0, 3.140625]);
    numbers.writeUInt16LE(0x7e00, 0);
    numbers.writeUInt16LE(0x7fc0, 14);
    const odd = readSafetensors(foreign(header, numbers), "x").tensors;
    expect([odd["half"]!.values[0], odd["brain"]!.values[0]]).toEqual([NaN, NaN]);
  });

  it("keeps tensors of any name, and refuses the two names that a reader would not find", () => {
    const one = { shape: [1], values: Float32Array.of(1) };
    const tensors = Object.fromEntries(["__proto__", "constructor", "7", "", "a.b"].map((name) => [name, one]));
    const read = readSafetensors(writeSafetensors({ tensors, metadata: { sha256: "mine" } }), "x");
    expect(Object.entries(read.tensors)).toEqual(Object.entries(tensors));
    expect(read.metadata).toEqual({ sha256: "mine" });
    expect(() => writeSafetensors({ tensors: { __metadata__: one }, metadata: {} })).toThrow(
      "no tensor can be named __metadata__",
    );
    expect(() => writeSafetensors({ tensors: {}, metadata: { "fenchel.sha256": "" } })).toThrow(/fenchel\.sha256/);
  });

  it("names what a header of other software lacks or holds too much", () => {
    const four = Buffer.alloc(4);
    const w = entry("F32", 1, 0, 4);
    const refused: [unknown, Uint8Array, RegExp][] = [
      [{ __metadata__: w, w }, four, /its __metadata__, which is no tensor's name, is not a record of texts/],
      [{ __metadata__: "text", w }, four, /its __metadata__.* is not a record of texts/],
      [{ __metadata__: { step: 3 }, w }, four, /its __metadata__.* is not a record of texts/],
      [[], four, /its header is not a record/],
      ["null", four, /its header is not a record/],
      [{ w: null }, four, /w holds undefined/],
      [{ w: { ...w, shape: [-1] } }, four, /w has no shape or place/],
      [{ w: entry("F32", 1, 4, 0) }, four, /w does not fit into the file/],
      // Two tensors of one name: JSON keeps the second.
      [
        '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        Buffer.alloc(8),
        /w comes after a gap/,
      ],
      [{ w, v: entry("F32", 1, 0, 4) }, four, /v shares numbers with another tensor/],
      [{ w }, Buffer.alloc(12), /8 bytes belong to no tensor/],
    ];
    for (const [header, bytes, message] of refused) {
      expect(() => readSafetensors(foreign(header, bytes), "m")).toThrow(message);
      expect(() => readSafetensors(foreign(header, bytes), "m")).toThrow(RunError);
    }
  });

  it("says what is wrong with a broken file, whatever is broken", () => {
    const bytes = Buffer.from(writeSafetensors(file));
    for (const end of [0, 5, 8, 40, bytes.length - 1]) {
      expect(() => readSafetensors(bytes.subarray(0, end), "m.safetensors"), `cut at ${end}`).toThrow(RunError);
    }
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = flipped[at]! ^ 0x10;
      let read: unknown = null;
      try {
        read = readSafetensors(flipped, "m.safetensors");
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(RunError);
        expect((error as Error).message).toMatch(/^m\.safetensors is broken: [^\n]+; remove it to start anew$/);
      }
      // What still reads differs in a name, a shape or the metadata, never in the numbers unseen.
      if (read !== null) expect(read).not.toEqual(file);
    }
  });

  it("says of a type that it does not read which it does, and never that the file is broken", () => {
    for (const dtype of ["F64", "I64", "U8", "BOOL", "F8_E4M3"]) {
      expect(() => readSafetensors(foreign({ w: entry(dtype, 1, 0, 8) }, Buffer.alloc(8)), "x")).toThrow(
        `x: w holds ${dtype}, where one of F32, F16, BF16 is needed: convert it`,
      );
    }
  });
});
