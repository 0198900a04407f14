/** A kernel call as it lies in memory shared with a worker: a short description, then its arrays side by side. */
import type { KernelSource } from "../kernels/runtime/kernel.ts";

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

type Kind = "Float32Array" | "Float64Array" | "Int32Array" | "Uint8Array";
const constructors: Readonly<Record<Kind, new (memory: SharedArrayBuffer, at: number, length: number) => Numbers>> = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint8Array,
};

/** The request to a worker, arrays left out. */
export interface JobDescription {
  readonly direction: "forward" | "pullback";
  readonly mapping: string;
  /** The mapping's kernel, if the worker does not have it yet. */
  readonly source: KernelSource | null;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly structure: unknown;
}

/** Kind, address and length of an array. */
interface Place {
  readonly kind: Kind;
  readonly at: number;
  readonly length: number;
}

interface Letter {
  readonly description: JobDescription;
  readonly places: Readonly<Record<string, Place>>;
}

/** Room for the description. */
const HEAD = 1 << 16;

/** Words of the control block: the state of the job, how many were posted so far, and the outcome of the last one. */
export const STATE = 0;
export const POSTED_SO_FAR = 1;
export const OUTCOME = 2;
const LETTER_LENGTH = 3;

/**
 * States of a job. The worker moves it from POSTED to RUNNING to DONE; the caller takes back what is POSTED still, so that
 * exactly one of the two runs it, and a worker that is late, or dead, costs no time.
 */
export const IDLE = 0;
export const POSTED = 1;
export const RUNNING = 2;
export const DONE = 3;

/** Memory shared between the caller and one worker. */
export interface SharedMailbox {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly memory: SharedArrayBuffer;
}

/** A mailbox that can grow to `most` bytes. */
export function makeMailbox(most: number): SharedMailbox {
  return {
    control: new Int32Array(new SharedArrayBuffer(16)),
    memory: new SharedArrayBuffer(HEAD, { maxByteLength: HEAD + most }),
  };
}

/** Bytes that the arrays of a job need. */
export function bytesOf(arrays: Readonly<Record<string, Numbers | null>>): number {
  let bytes = 0;
  for (const array of Object.values(arrays)) if (array !== null) bytes += (array.byteLength + 7) & -8;
  return bytes;
}

/**
 * Writes a job: `inputs` are copied, `outputs` get room. Returns where the outputs will be. Throws a RangeError where memory
 * cannot grow, or the description is too long.
 */
export function writeJob(
  mailbox: SharedMailbox,
  description: JobDescription,
  inputs: Readonly<Record<string, Numbers | null>>,
  outputs: Readonly<Record<string, Numbers | null>>,
): Readonly<Record<string, Numbers>> {
  const { memory, control } = mailbox;
  const needed = HEAD + bytesOf(inputs) + bytesOf(outputs);
  if (memory.byteLength < needed) memory.grow(Math.min(Math.max(needed, 2 * memory.byteLength), memory.maxByteLength));
  const places: Record<string, Place> = {};
  const results: Record<string, Numbers> = {};
  let at = HEAD;
  const place = (name: string, array: Numbers): Numbers => {
    const kind = array.constructor.name as Kind;
    places[name] = { kind, at, length: array.length };
    const view = new constructors[kind](memory, at, array.length);
    at += (array.byteLength + 7) & -8;
    return view;
  };
  for (const [name, array] of Object.entries(inputs)) if (array !== null) place(name, array).set(array);
  for (const [name, array] of Object.entries(outputs)) if (array !== null) results[name] = place(name, array);
  const letter = new TextEncoder().encode(JSON.stringify({ description, places } satisfies Letter));
  if (letter.length > HEAD) throw new RangeError(`the mapping's options take ${letter.length} bytes: ${HEAD} at most`);
  new Uint8Array(memory).set(letter);
  control[LETTER_LENGTH] = letter.length;
  return results;
}

/** Reads the job that was written last. */
export function readJob({ memory, control }: SharedMailbox): {
  description: JobDescription;
  arrays: Readonly<Record<string, Numbers | undefined>>;
} {
  // A copy: text cannot be decoded out of shared memory.
  const letter = new Uint8Array(memory).slice(0, control[LETTER_LENGTH]);
  const { description, places } = JSON.parse(new TextDecoder().decode(letter)) as Letter;
  const arrays: Record<string, Numbers> = {};
  for (const [name, { kind, at, length }] of Object.entries(places)) {
    arrays[name] = new constructors[kind](memory, at, length);
  }
  return { description, arrays };
}
