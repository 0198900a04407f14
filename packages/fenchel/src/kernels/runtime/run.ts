/**
 * Runs a mapping's module on a whole call: rows go through the scratch memory in chunks that stay in cache; removed
 * entries are taken out before and put back after, and an axis that is not the last one is brought to the end.
 */
import { rowsBinary } from "../generated/index.ts";
import type { Kernel, KernelCall, KernelSource, KernelTraits } from "./kernel.ts";
import { lazyModule, loads } from "./loader.ts";
import { padded, scratch } from "./memory.ts";

/** Exports of assembly/common/rows.ts. */
export interface RowsModule {
  prepare(
    x: number,
    mask: number,
    lengths: number,
    kept: number,
    rows: number,
    n: number,
    counts: number,
    max: number,
  ): number;
  expand(values: number, kept: number, rows: number, n: number, counts: number, removed: number): void;
  transpose(from: number, to: number, blocks: number, height: number, width: number): void;
  transposeBytes(from: number, to: number, blocks: number, height: number, width: number): void;
}

/**
 * Exports of a mapping's module. Arguments are addresses but for rows, n, height, width, and the steps from one row's
 * hyper-parameter to the next, in bytes; an address of 0 stands for nothing. A module on grids reads the last ones.
 */
interface MappingModule {
  /** Bytes that a call on rows of n entries works in. */
  scratchBytes(n: number): number;
  /** A module that takes rows as they come returns 1 at one that must be prepared after all. */
  forward(
    x: number,
    y: number,
    groups: number,
    rows: number,
    n: number,
    counts: number,
    max: number,
    gamma: number,
    gammaStep: number,
    parameter: number,
    parameterStep: number,
    scratch: number,
    kept: number,
    height: number,
    width: number,
  ): number | void;
  pullback(
    y: number,
    groups: number,
    dy: number,
    dx: number,
    rows: number,
    n: number,
    gamma: number,
    gammaStep: number,
    parameter: number,
    parameterStep: number,
    dGamma: number,
    dParameter: number,
    scratch: number,
    height: number,
    width: number,
  ): void;
}

/** Entries a chunk: 64 KB an array. */
const CHUNK = 1 << 14;
const OFFENDING = 1;
const REMOVED = 2;

export const rowsModule: () => RowsModule = /* @__PURE__ */ lazyModule<RowsModule>(rowsBinary);

type Shape = Omit<KernelCall, "scores">;

/** Rows a chunk: whole blocks of [n, inner] when the axis is not the last. */
function chunkRows({ outer, n, inner }: Shape): number {
  return Math.min(outer, Math.max(1, Math.floor(CHUNK / (n * inner)))) * inner;
}

/** How many of the rows that are left go next: all chunks about as many, never a few stragglers by themselves. */
function nextRows(left: number, most: number, inner: number): number {
  return Math.ceil(left / inner / Math.ceil(left / most)) * inner;
}

let top = 0;

/** The next `bytes` bytes of the scratch memory. */
function take(bytes: number): number {
  const at = top;
  top += padded(bytes);
  return at;
}

/** Copies a chunk of `source` to `to`, its axis last; `spare` is as large as the chunk. */
function bring(source: Float32Array | Int32Array, from: number, rows: number, call: Shape, to: number, spare: number) {
  const { n, inner } = call;
  const size = rows * n;
  const { f32, i32 } = scratch.views(0);
  const part = size === source.length ? source : source.subarray(from, from + size);
  (source instanceof Int32Array ? i32 : f32).set(part, (inner > 1 ? spare : to) >> 2);
  if (inner > 1) rowsModule().transpose(spare, to, rows / inner, n, inner);
}

/** The way back. */
function takeBack(
  target: Float32Array | Int32Array,
  at: number,
  rows: number,
  call: Shape,
  from: number,
  spare: number,
) {
  const { n, inner } = call;
  if (inner > 1) rowsModule().transpose(from, spare, rows / inner, inner, n);
  const { f32, i32 } = scratch.views(0);
  const start = (inner > 1 ? spare : from) >> 2;
  target.set((target instanceof Int32Array ? i32 : f32).subarray(start, start + rows * n), at);
}

/** Writes a hyper-parameter's values for rows r ... */
function bringValues(values: Float64Array, r: number, rows: number, to: number): void {
  const { f64 } = scratch.views(0);
  if (values.length > 1) f64.set(values.subarray(r, r + rows), to >> 3);
  else if (values.length > 0) f64[to >> 3] = values[0]!;
}

function bringMask(kept: Uint8Array, from: number, rows: number, call: Shape, to: number, spare: number): void {
  const { n, inner } = call;
  const { u8 } = scratch.views(0);
  u8.set(kept.subarray(from, from + rows * n), inner > 1 ? spare : to);
  if (inner > 1) rowsModule().transposeBytes(spare, to, rows / inner, n, inner);
}

/** Index of the first kept score that is NaN or +Infinity. */
function firstOffending({ scores, n, inner, kept, lengths }: KernelCall): number {
  return scores.findIndex((score, at) => {
    if (score < Infinity || (kept !== null && kept[at] === 0)) return false;
    const block = Math.floor(at / (n * inner));
    const position = Math.floor(at / inner) - block * n;
    return lengths === null || position < lengths[block * inner + (at % inner)]!;
  });
}

const stepOf = (values: Float64Array): number => (values.length > 1 ? 8 : 0);

/** [height, width] of a call on grids. */
const gridOf = ({ structure }: Shape): readonly [number, number] => structure as readonly [number, number];
const noGrid = [0, 0] as const;

/** The kernel of a mapping's module, given as text. */
export function makeKernel(binary: string, traits: KernelTraits = {}): Kernel {
  const { onGrid = false, direct = false } = traits;
  const source: KernelSource = { binary, traits };
  const load = lazyModule<MappingModule>(binary, rowsModule);

  function forward(call: KernelCall, weights: Float32Array, groups: Int32Array | null, at = -1): number {
    const { scores, n, kept, lengths, gamma, parameter } = call;
    if (scores.length === 0) return -1;
    const mapping = load();
    const { prepare, expand } = rowsModule();
    const whole = direct && kept === null && lengths === null;
    const rows = call.outer * call.inner;
    const most = chunkRows(call);
    top = scratch.base;
    const chunkY = at < 0 ? take(most * n * 4) : 0;
    const x = take(most * n * 4);
    const ids = groups === null ? 0 : take(most * n * 4);
    const counts = take(most * 4);
    const max = take(most * 4);
    const left = take(most * n);
    const mask = kept === null ? 0 : take(most * n);
    const ends = lengths === null ? 0 : take(most * 4);
    const gammas = take(most * 8);
    const parameters = take(most * 8);
    const work = take(mapping.scratchBytes(n));
    const { i32 } = scratch.views(top);
    const gammaStep = stepOf(gamma);
    const parameterStep = stepOf(parameter);
    const [height, width] = onGrid ? gridOf(call) : noGrid;
    const run = (x: number, y: number, rows: number, counts: number, max: number) =>
      mapping.forward(
        x,
        y,
        ids,
        rows,
        n,
        counts,
        max,
        gammas,
        gammaStep,
        parameters,
        parameterStep,
        work,
        left,
        height,
        width,
      );
    for (let r = 0, count = 0; r < rows; r += count) {
      count = nextRows(rows - r, most, call.inner);
      const y = at < 0 ? chunkY : at + r * n * 4;
      bring(scores, r * n, count, call, x, y);
      if (kept !== null) bringMask(kept, r * n, count, call, mask, left);
      if (lengths !== null) i32.set(lengths.subarray(r, r + count), ends >> 2);
      bringValues(gamma, r, count, gammas);
      bringValues(parameter, r, count, parameters);
      if (!whole || run(x, y, count, 0, 0)) {
        const found = prepare(x, mask, ends, left, count, n, counts, max);
        if (found & OFFENDING) return firstOffending(call);
        const removed = (found & REMOVED) !== 0;
        if (onGrid && removed) expand(x, left, count, n, counts, 0);
        run(x, y, count, counts, max);
        if (removed && !onGrid) {
          expand(y, left, count, n, counts, 0);
          if (groups !== null) expand(ids, left, count, n, counts, -2);
        }
      }
      takeBack(weights, r * n, count, call, y, x);
      if (groups !== null) takeBack(groups, r * n, count, call, ids, x);
    }
    return -1;
  }

  const pullback: Kernel["pullback"] = (
    call,
    weights,
    groups,
    cotangent,
    gradient,
    gammaGradient,
    parameterGradient,
    at = -1,
  ) => {
    const { n, gamma, parameter } = call;
    if (cotangent.length === 0) return;
    const mapping = load();
    const rows = call.outer * call.inner;
    const most = chunkRows(call);
    top = scratch.base;
    const chunkY = at < 0 ? take(most * n * 4) : 0;
    const dy = take(most * n * 4);
    const dx = take(most * n * 4);
    const ids = groups === null ? 0 : take(most * n * 4);
    const gammas = take(most * 8);
    const parameters = take(most * 8);
    const dgamma = gammaGradient === null ? 0 : take(most * 8);
    const dparameter = parameterGradient === null ? 0 : take(most * 8);
    const work = take(mapping.scratchBytes(n));
    const { f64 } = scratch.views(top);
    const gammaStep = stepOf(gamma);
    const parameterStep = stepOf(parameter);
    const [height, width] = onGrid ? gridOf(call) : noGrid;
    for (let r = 0, count = 0; r < rows; r += count) {
      count = nextRows(rows - r, most, call.inner);
      const y = at < 0 ? chunkY : at + r * n * 4;
      if (at < 0) bring(weights!, r * n, count, call, y, dx);
      bring(cotangent, r * n, count, call, dy, dx);
      if (groups !== null) bring(groups, r * n, count, call, ids, dx);
      bringValues(gamma, r, count, gammas);
      bringValues(parameter, r, count, parameters);
      mapping.pullback(
        y,
        ids,
        dy,
        dx,
        count,
        n,
        gammas,
        gammaStep,
        parameters,
        parameterStep,
        dgamma,
        dparameter,
        work,
        height,
        width,
      );
      takeBack(gradient, r * n, count, call, dx, dy);
      gammaGradient?.set(f64.subarray(dgamma >> 3, (dgamma >> 3) + count), r);
      parameterGradient?.set(f64.subarray(dparameter >> 3, (dparameter >> 3) + count), r);
    }
  };

  return { source, available: () => loads(load), forward, pullback };
}
