/** NumPy's files: .npy (format versions 1 to 3; floats, integers and booleans, C and Fortran order) and .npz, a zip archive of them. */
import { unzipSync } from "fflate";
import { float16 } from "../../base/float16.ts";
import { UserError } from "../terminal/errors.ts";
import { unknownName } from "../terminal/suggest.ts";
import { checkScore } from "./numbers.ts";
import type { ScoreArray } from "./score-array.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** True for bytes that begin like an .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** The three entries of the header, a Python dictionary in a fixed style. */
function parseHeader(text: string, name: string): Header {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text)) {
    throw new UserError(`${name}: it holds records: save one of their fields, as a plain array`);
  }
  if (descr === undefined || order === undefined || shape === undefined || !/^[\s\dL,]*$/.test(shape)) {
    throw new UserError(`${name}: its NPY header is broken: ${JSON.stringify(text.trim().slice(0, 80))}`);
  }
  const sizes = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number.parseInt(part, 10)]));
  return { descr, fortranOrder: order === "True", shape: sizes };
}

type Read = (view: DataView, at: number, little: boolean) => number | bigint;

/** Readers of the types whose values float64 holds; the number in a name counts bytes. */
const types: Readonly<Record<string, Read>> = {
  f2: (view, at, little) => float16(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => view.getBigInt64(at, little),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => view.getBigUint64(at, little),
  b1: (view, at) => view.getUint8(at),
};

/** Names of other types, by the first letter of NumPy's code. */
const otherTypes: Readonly<Record<string, string>> = {
  c: "complex numbers",
  O: "Python objects",
  U: "texts",
  S: "bytes",
  V: "raw bytes (bfloat16, perhaps)",
  M: "dates",
  m: "durations",
  f: "floats of another size",
};

/** Indices of entry i of a row-major array, as [1][0]. */
function placeOf(shape: readonly number[], i: number): string {
  const indices: number[] = [];
  let rest = i;
  for (const extent of shape.toReversed()) {
    indices.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return indices.map((index) => `[${index}]`).join("");
}

/** For every entry in C order, its place in a file in Fortran order, where the first index runs fastest. */
function fortranPlaces(shape: readonly number[], count: number): Uint32Array {
  const places = new Uint32Array(count);
  const indices = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, extent) => product * extent, 1));
  for (let i = 0, place = 0; i < count; i++) {
    places[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      indices[axis] = indices[axis]! + 1;
      place += strides[axis]!;
      if (indices[axis]! < shape[axis]!) break;
      place -= indices[axis]! * strides[axis]!;
      indices[axis] = 0;
    }
  }
  return places;
}

/**
 * The array of an .npy file, its entries as float64; one without axes has shape [1].
 * @param name names the file in errors.
 * @throws UserError for a broken file, for types that are no scores, and for integers that float64 does not hold.
 */
export function parseNpy(bytes: Uint8Array, name: string): ScoreArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cut = () => new UserError(`${name}: the NPY file is cut off: it has only ${bytes.length} bytes`);
  if (!isNpy(bytes)) throw new UserError(`${name}: it is not an NPY file: its first bytes are not \\x93NUMPY`);
  if (bytes.length < 10) throw cut();
  const version = view.getUint8(6);
  if (version < 1 || version > 3) {
    throw new UserError(`${name}: NPY format version ${version} is unknown: versions 1 to 3 are read`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) throw cut();
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + headerLength;
  if (bytes.length < start) throw cut();
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8 + lengthBytes, start)), name);
  const { descr, fortranOrder, shape } = header;

  const read = "<>=|".includes(descr[0]!) ? types[descr.slice(1)] : undefined;
  if (read === undefined) {
    const what = otherTypes[descr[1]!] ?? "of an unknown type";
    throw new UserError(`${name}: its entries are ${what} (${JSON.stringify(descr)}): save x.astype(numpy.float64)`);
  }
  const size = Number(descr.slice(2));
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length - start !== count * size) {
    throw new UserError(
      `${name}: shape (${shape.join(", ")}) needs ${count * size} bytes of entries, ${bytes.length - start} are there`,
    );
  }
  // "=" is the machine's own order in NumPy, and every machine that runs Node today is little-endian.
  const little = descr[0] !== ">";
  const places = fortranOrder && shape.length > 1 ? fortranPlaces(shape, count) : null;
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const entry = read(view, start + (places === null ? i : places[i]!) * size, little);
    const value = Number(entry);
    const place = () => `${name}: entry ${placeOf(shape, i)}`;
    if (typeof entry === "bigint" && BigInt(value) !== entry) {
      throw new UserError(`${place()} is ${entry}, which float64 does not hold: save x.astype(numpy.float64)`);
    }
    values[i] = checkScore(value, place);
  }
  return { values, shape: shape.length === 0 ? [1] : shape };
}

/** True for bytes that begin like a zip archive, an empty one included. */
export function isZip(bytes: Uint8Array): boolean {
  const [p, k, third, fourth] = bytes;
  return p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}

/**
 * An array of an .npz file: the one called `array`, or the only one.
 * @param name names the file in errors.
 * @throws UserError when the archive is broken, has no such array, or several and none is named.
 */
export function parseNpz(bytes: Uint8Array, name: string, array?: string): ScoreArray {
  const arrays: string[] = [];
  let found: Readonly<Record<string, Uint8Array>>;
  try {
    // The directory alone is read first: an archive may hold far more than the array that is wanted.
    unzipSync(bytes, { filter: (file) => (file.name.endsWith(".npy") && arrays.push(file.name.slice(0, -4)), false) });
    const wanted = wantedArray(arrays, name, array);
    found = unzipSync(bytes, { filter: (file) => file.name === `${wanted}.npy` });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: it is a broken zip archive: ${(error as Error).message}`);
  }
  const [[file, content]] = Object.entries(found) as [[string, Uint8Array]];
  return parseNpy(content, `${name}, ${file.slice(0, -4)}`);
}

function wantedArray(arrays: readonly string[], name: string, array: string | undefined): string {
  if (arrays.length === 0) {
    throw new UserError(`${name}: it is a zip archive without NumPy arrays: write it with numpy.savez`);
  }
  if (array !== undefined) {
    if (!arrays.includes(array)) throw new UserError(`${name}: ${unknownName("array", array, arrays)}`);
    return array;
  }
  if (arrays.length > 1) {
    throw new UserError(`${name}: it holds the arrays ${arrays.join(", ")}: choose one with --array NAME`);
  }
  return arrays[0]!;
}
