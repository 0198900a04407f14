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

  it("reads a file written by other software, without a digest", () => {
    const header = Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const numbers = Buffer.alloc(4);
    numbers.writeFloatLE(0.5);
    expect(readSafetensors(Buffer.concat([length, header, numbers]), "x").tensors["w"]!.values).toEqual(
      Float32Array.of(0.5),
    );
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

  it("refuses other types", () => {
    const header = Buffer.from('{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    expect(() => readSafetensors(Buffer.concat([length, header, Buffer.alloc(4)]), "x")).toThrow(/w holds F16/);
  });
});
