/**
 * The safetensors format: 8 bytes with the header's length (little-endian), a JSON header of names, types, shapes and offsets,
 * then the numbers. https://github.com/huggingface/safetensors
 */
import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { RunError } from "./run-error.ts";

/** A float32 array with its shape. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

export interface TensorFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Text under names, in the header's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Entry of the metadata that guards the numbers against a damaged disk. */
const DIGEST = "sha256";
const LENGTH_BYTES = 8;
const MOST_HEADER_BYTES = 100_000_000;

function bytesOf(values: Float32Array<ArrayBuffer>): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === "LE" ? bytes : Buffer.from(bytes).swap32();
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** The file as bytes; tensors in the order given. */
export function writeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const parts = Object.values(tensors).map(({ values }) => bytesOf(values));
  const numbers = Buffer.concat(parts);
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const start = offset;
    offset += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }];
  });
  const described = { __metadata__: { ...metadata, [DIGEST]: digestOf(numbers) }, ...Object.fromEntries(entries) };
  const json = Buffer.from(JSON.stringify(described));
  // Spaces after the JSON align the numbers to 8 bytes, as the format advises.
  const header = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(header);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, numbers]);
}

/** Throws a RunError that names the file, `where`, and what is wrong with it. */
export function readSafetensors(bytes: Uint8Array, where: string): TensorFile {
  const broken = (what: string) => new RunError(`${where} is broken: ${what}; remove it to start anew`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < LENGTH_BYTES) throw broken(`it holds ${view.length} bytes`);
  const headerLength = view.readBigUInt64LE(0);
  if (headerLength > BigInt(Math.min(MOST_HEADER_BYTES, view.length - LENGTH_BYTES))) {
    throw broken("it ends before its header does");
  }
  const start = LENGTH_BYTES + Number(headerLength);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(view.toString("utf8", LENGTH_BYTES, start)) as Record<string, unknown>;
  } catch {
    throw broken("its header is not JSON");
  }
  if (typeof header !== "object" || header === null) throw broken("its header is not a record");
  const { __metadata__: given = {}, ...entries } = header;
  const { [DIGEST]: digest, ...metadata } = given as Record<string, string>;
  const numbers = view.subarray(start);
  if (digest !== undefined && digest !== digestOf(numbers)) throw broken("its numbers do not match their SHA-256");
  const tensors = Object.entries(entries).map(([name, entry]) => {
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    if (dtype !== "F32") throw broken(`${name} holds ${String(dtype)}, where F32 is needed`);
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw broken(`${name} has no shape or place`);
    const size = shape.reduce((product, extent) => product * extent, 1);
    const [from, to] = offsets as [number, number];
    if (to - from !== 4 * size || to > numbers.length) throw broken(`${name} does not fit into the file`);
    const values = new Float32Array(size);
    const own = Buffer.from(values.buffer);
    numbers.copy(own, 0, from, to);
    if (endianness() !== "LE") own.swap32();
    return [name, { shape, values }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
