/** Reads NumPy's .npy files (format versions 1 to 3) of float32 and float64 in C order. */
import { UserError } from "../terminal/errors.ts";
import type { ScoreArray } from "./score-array.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether the bytes begin like an .npy file. */
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
    throw new UserError(`${name}: it holds records: save a plain array of float32 or float64`);
  }
  if (descr === undefined || order === undefined || shape === undefined || !/^[\s\dL,]*$/.test(shape)) {
    throw new UserError(`${name}: its NPY header is broken: ${JSON.stringify(text.trim().slice(0, 80))}`);
  }
  const sizes = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number.parseInt(part, 10)]));
  return { descr, fortranOrder: order === "True", shape: sizes };
}

const elementSizes: Readonly<Record<string, number>> = { f4: 4, f8: 8 };

/** The array of an .npy file, its entries as float64. `name` stands in error messages. */
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

  const size = elementSizes[header.descr.slice(1)];
  if (size === undefined || !"<>=".includes(header.descr[0]!)) {
    throw new UserError(`${name}: its entries are ${JSON.stringify(header.descr)}: save it as float32 or float64`);
  }
  if (header.fortranOrder && header.shape.length > 1) {
    throw new UserError(`${name}: it is stored in Fortran order: save numpy.ascontiguousarray(x)`);
  }
  const count = header.shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length - start !== count * size) {
    throw new UserError(
      `${name}: shape (${header.shape.join(", ")}) needs ${count * size} bytes of entries, ${bytes.length - start} are there`,
    );
  }
  // "=" is the machine's own order in NumPy, and every machine that runs Node today is little-endian.
  const little = header.descr[0] !== ">";
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = start + i * size;
    values[i] = size === 4 ? view.getFloat32(at, little) : view.getFloat64(at, little);
  }
  return { values, shape: header.shape.length === 0 ? [1] : header.shape };
}
