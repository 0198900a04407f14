// The simplex projection of a row whose entries come in pieces of one level.
//
// A piece is a record of 16 bytes: its level z (f64), its first entry (i32), its shape (i32). A positive shape is a
// stretch of that many entries. A negative one is a comb: blocks of 16 entries of which the same ones, given by
// bits 0 to 15, belong to the piece, each a group of its own; bits 16 to 30 count the blocks.
//
// tau of any pieces seen so far bounds the row's tau from below, for more pieces only add weight. A piece at or
// below the bound has weight 0 and is dropped.

export let pieces: usize = 0;
export let pieceCount: i32 = 0;
/** A lower bound of tau; raised by `settle` only. */
export let bound: f64 = 0;
let settleAt: i32 = 0;

export const PIECE: usize = 16;
export const COMB: i32 = i32.MIN_VALUE;
const MOST_BLOCKS: i32 = 0x7fff;

export function level(piece: usize): f64 {
  return load<f64>(piece);
}

export function first(piece: usize): i32 {
  return load<i32>(piece, 8);
}

export function shape(piece: usize): i32 {
  return load<i32>(piece, 12);
}

export function lastPiece(): usize {
  return pieces + ((<usize>pieceCount - 1) << 4);
}

function entriesOf(piece: usize): f64 {
  const s = shape(piece);
  return <f64>(s > 0 ? s : popcnt(s & 0xffff) * ((s >> 16) & MOST_BLOCKS));
}

export function startRow(at: usize, lowest: f64): void {
  pieces = at;
  pieceCount = 0;
  bound = lowest;
  settleAt = 4;
}

export function place(z: f64, start: i32, form: i32): void {
  if (z <= bound) return;
  const piece = pieces + ((<usize>pieceCount) << 4);
  store<f64>(piece, z);
  store<i32>(piece, start, 8);
  store<i32>(piece, form, 12);
  pieceCount += 1;
}

/** The entries of one block whose bits are set, all of level z and none beside another. */
export function placeComb(z: f64, block: i32, bits: i32): void {
  if (z <= bound) return;
  if (pieceCount > 0) {
    const piece = lastPiece();
    const s = shape(piece);
    const blocks = (s >> 16) & MOST_BLOCKS;
    if (
      s < 0 && (s & 0xffff) == bits && level(piece) == z && blocks < MOST_BLOCKS && first(piece) + (blocks << 4) == block
    ) {
      store<i32>(piece, s + (1 << 16), 12);
      return;
    }
  }
  place(z, block, COMB | (1 << 16) | bits);
}

/** Makes one piece of the last two, stretches that touch, of one level. */
export function joinLast(): void {
  const piece = lastPiece();
  store<i32>(piece - PIECE, shape(piece - PIECE) + shape(piece), 12);
  pieceCount -= 1;
}

/** Once there are enough new pieces, raises the bound and drops those below it: constant work a piece. */
export function settle(work: usize): bool {
  if (pieceCount < settleAt) return false;
  raise(work);
  return true;
}

function raise(work: usize): void {
  bound = threshold(work);
  const end = pieces + ((<usize>pieceCount) << 4);
  let kept = pieces;
  for (let piece = pieces; piece < end; piece += PIECE) {
    if (level(piece) > bound) {
      v128.store(kept, v128.load(piece));
      kept += PIECE;
    }
  }
  pieceCount = <i32>((kept - pieces) >> 4);
  settleAt = pieceCount + (pieceCount >> 1) + 4;
}

/**
 * tau with sum of entries * max(z - tau, 0) = 1. Newton's steps from below end by themselves, nearly always in
 * two or three; where they are slow, a pivot halves the open pieces between two steps.
 */
export function threshold(work: usize): f64 {
  const end = pieces + ((<usize>pieceCount) << 4);
  let tau = bound;
  let kept = -1;
  for (let step = 0; step < 8; step++) {
    let total = 0.0;
    let entries = 0.0;
    let above = 0;
    for (let piece = pieces; piece < end; piece += PIECE) {
      const z = level(piece);
      if (z > tau) {
        const c = entriesOf(piece);
        total += z * c;
        entries += c;
        above++;
      }
    }
    if (above == kept) return tau;
    kept = above;
    tau = max(tau, (total - 1) / entries);
  }
  return pivoted(work, tau);
}

function pivoted(work: usize, lowest: f64): f64 {
  // the open pieces as (level f64, entries f64); those known to be above tau are in total and entries
  const end = pieces + ((<usize>pieceCount) << 4);
  let open = work;
  for (let piece = pieces; piece < end; piece += PIECE) {
    const z = level(piece);
    if (z > lowest) {
      store<f64>(open, z);
      store<f64>(open, entriesOf(piece), 8);
      open += PIECE;
    }
  }
  let tau = lowest;
  let total = 0.0;
  let entries = 0.0;
  while (true) {
    let s = total;
    let c = entries;
    for (let piece = work; piece < open; piece += PIECE) {
      s += load<f64>(piece) * load<f64>(piece, 8);
      c += load<f64>(piece, 8);
    }
    tau = max(tau, (s - 1) / c);
    if (open == work) return tau;
    const pivot = load<f64>(work + (((open - work) >> 5) << 4));
    s = total - pivot * entries;
    for (let piece = work; piece < open; piece += PIECE) {
      const z = load<f64>(piece);
      if (z > pivot) s += (z - pivot) * load<f64>(piece, 8);
    }
    const below = s < 1;
    if (!below) tau = max(tau, pivot);
    let left = work;
    for (let piece = work; piece < open; piece += PIECE) {
      const z = load<f64>(piece);
      if (z <= tau) continue;
      const c = load<f64>(piece, 8);
      if (below && z >= pivot) {
        total += z * c;
        entries += c;
      } else {
        store<f64>(left, z);
        store<f64>(left, c, 8);
        left += PIECE;
      }
    }
    open = left;
  }
}
