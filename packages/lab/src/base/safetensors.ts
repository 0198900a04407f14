/**
 * The safetensors format: 8 bytes with the header's length (little-endian), a JSON header of names, types, shapes and offsets,
 * then the numbers. https://github.com/huggingface/safetensors
 */
import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { bfloat16, float16 } from "./float16.ts";
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

/** Entry of the header that no tensor can have the name of. */
const METADATA = "__metadata__";
/** Entry of the metadata that guards the numbers against a damaged disk; other software has a "sha256" of its own. */
const DIGEST = "fenchel.sha256";
const LENGTH_BYTES = 8;
const MOST_HEADER_BYTES = 100_000_000;

function bytesOf(values: Float32Array<ArrayBuffer>): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === "LE" ? bytes : Buffer.from(bytes).swap32();
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Bytes of an element, and its value as float32, of every type that float32 holds exactly. */
const types: Readonly<Record<string, readonly [bytes: number, read: (bytes: Buffer, at: number) => number]>> = {
  F32: [4, (bytes, at) => bytes.readFloatLE(at)],
  F16: [2, (bytes, at) => float16(bytes.readUInt16LE(at))],
  BF16: [2, (bytes, at) => bfloat16(bytes.readUInt16LE(at))],
};

/** The format's other types. */
const OTHER_TYPES = /^(BOOL|[IU](8|16|32|64)|F64|F[468]_\w+|C64)$/;

/**
 * The file as bytes; tensors in the order given, as F32.
 * @throws RangeError for a tensor named `__metadata__` and a metadata entry named as the digest: a reader would not find them.
 */
export function writeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  if (Object.hasOwn(tensors, METADATA)) throw new RangeError(`no tensor can be named ${METADATA}`);
  if (Object.hasOwn(metadata, DIGEST)) throw new RangeError(`no entry of the metadata can be named ${DIGEST}`);
  const parts = Object.values(tensors).map(({ values }) => bytesOf(values));
  const numbers = Buffer.concat(parts);
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const start = offset;
    offset += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }];
  });
  const described = { [METADATA]: { ...metadata, [DIGEST]: digestOf(numbers) }, ...Object.fromEntries(entries) };
  const json = Buffer.from(JSON.stringify(described));
  // Spaces after the JSON align the numbers to 8 bytes, as the format advises.
  const header = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(header);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, numbers]);
}

interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly (readonly [name: string, entry: unknown])[];
}

/** The header's metadata and tensors; `broken` makes the error of what is wrong. */
function parseHeader(json: string, broken: (what: string) => RunError): Header {
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(json) as Record<string, unknown>;
  } catch {
    throw broken("its header is not JSON");
  }
  if (!isRecord(header)) throw broken("its header is not a record");
  const { [METADATA]: given, ...entries } = header;
  // Writers that have nothing to say leave it out or write null.
  const metadata = given ?? {};
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw broken(`its ${METADATA}, which is no tensor's name, is not a record of texts`);
  }
  return { metadata: metadata as Record<string, string>, entries: Object.entries(entries) };
}

/** Place of a tensor's numbers. */
interface Place {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Throws unless the tensors fill the numbers without a gap and without sharing any, as the format demands: else one of them is lost. */
function checkCovered(places: readonly Place[], length: number, broken: (what: string) => RunError): void {
  let end = 0;
  for (const { name, from, to } of places.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      throw broken(`${name} ${from > end ? "comes after a gap" : "shares numbers with another tensor"}`);
    end = to;
  }
  if (end !== length) throw broken(`${length - end} bytes belong to no tensor`);
}

/**
 * The tensors as float32 and the metadata of a file. Numbers of type F32, F16 and BF16 are read, all of them exactly.
 * @param where names the file in errors.
 * @throws RunError that names the file and what is wrong with it, or the tensor of another type.
 */
export function readSafetensors(bytes: Uint8Array, where: string): TensorFile {
  const broken = (what: string) => new RunError(`${where} is broken: ${what}; remove it to start anew`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < LENGTH_BYTES) throw broken(`it holds ${view.length} bytes`);
  const headerLength = view.readBigUInt64LE(0);
  if (headerLength > BigInt(Math.min(MOST_HEADER_BYTES, view.length - LENGTH_BYTES))) {
    throw broken("it ends before its header does");
  }
  const start = LENGTH_BYTES + Number(headerLength);
  const { metadata: given, entries } = parseHeader(view.toString("utf8", LENGTH_BYTES, start), broken);
  const { [DIGEST]: digest, ...metadata } = given;
  const numbers = view.subarray(start);
  if (digest !== undefined && digest !== digestOf(numbers)) throw broken("its numbers do not match their SHA-256");
  const places = entries.map(([name, entry]): Place => {
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    if (typeof dtype !== "string" || !Object.hasOwn(types, dtype)) {
      if (typeof dtype !== "string" || !OTHER_TYPES.test(dtype)) throw broken(`${name} holds ${String(dtype)}`);
      const known = Object.keys(types).join(", ");
      throw new RunError(`${where}: ${name} holds ${dtype}, where one of ${known} is needed: convert it`);
    }
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw broken(`${name} has no shape or place`);
    const size = shape.reduce((product, extent) => product * extent, 1);
    const [from, to] = offsets as [number, number];
    if (to - from !== types[dtype]![0] * size || to > numbers.length)
      throw broken(`${name} does not fit into the file`);
    return { name, type: dtype, shape, from, to };
  });
  checkCovered(places, numbers.length, broken);
  const tensors = places.map(({ name, type, shape, from, to }) => {
    return [name, { shape, values: floats(numbers.subarray(from, to), type) }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** Numbers of a type as float32 in memory of their own. */
function floats(bytes: Buffer, type: string): Float32Array<ArrayBuffer> {
  const [size, read] = types[type]!;
  const values = new Float32Array(bytes.length / size);
  if (type === "F32" && endianness() === "LE") bytes.copy(Buffer.from(values.buffer));
  else for (let i = 0; i < values.length; i++) values[i] = read(bytes, i * size);
  return values;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
