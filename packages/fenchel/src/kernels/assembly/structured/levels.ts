// The simplex projection of a row whose entries come in pieces of one level, and in fields.
//
// A piece is a record of 16 bytes: its level z (f64), its first entry (i32), and what it covers (i32), here a stretch of
// that many entries. A field is a record of 8 bytes: its first entry (i32), a number of blocks of 16 entries (i32); each
// entry there is a group of its own with z = (score - top) * inverse - loss, unless that is below the bound.
//
// tau of what came so far bounds the row's tau from below, for more only adds weight. A piece at or below the bound has
// weight 0 and is dropped.

export const PIECE: usize = 16;
export const FIELD: usize = 8;

export let pieces: usize = 0;
export let pieceCount: i32 = 0;
/** A lower bound of tau. */
export let bound: f64 = 0;
/** What `threshold` counts levels from: weights are differences of order 1, levels may be of order lambda. */
export let crest: f64 = 0;
let settleAt: i32 = 0;

export let fields: usize = 0;
export let fieldCount: i32 = 0;
let scores: usize = 0;
let top: f64 = 0;
let inverse: f64 = 0;
let loss: f64 = 0;
let fieldEntries: f64 = 0;

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

/** `patience`: the pieces that wait for a better bound than `lowest` at first. */
export function startRow(at: usize, lowest: f64, patience: i32 = 4): void {
  pieces = at;
  pieceCount = 0;
  bound = lowest;
  settleAt = patience;
  fieldCount = 0;
}

/** Room for fields at `at`, 8 bytes a block; `less` is what their entries lose. */
export function startFields(at: usize, x: usize, peak: f64, scale: f64, less: f64): void {
  fields = at;
  scores = x;
  top = peak;
  inverse = scale;
  loss = less;
}

/** One more block of entries that are each a group. */
export function placeField(block: i32): void {
  const field = fields + ((<usize>fieldCount) << 3);
  if (fieldCount > 0) {
    const blocks = load<i32>(field - FIELD, 4);
    if (load<i32>(field - FIELD) + (blocks << 4) == block) {
      store<i32>(field - FIELD, blocks + 1, 4);
      return;
    }
  }
  store<i32>(field, block);
  store<i32>(field, 1, 4);
  fieldCount += 1;
}

/** The sum of [z - tau]_+ over the fields; how many of them are positive goes to fieldEntries. */
function fieldExcess(tau: f64): f64 {
  const peak = f32x4.splat(<f32>top);
  const shift = (loss + crest + tau) / inverse;
  const high = f32x4.splat(<f32>shift);
  const low = f32x4.splat(<f32>(shift - <f64>(<f32>shift)));
  const zeros = f32x4.splat(0);
  let sums = f64x2.splat(0);
  let counts = i32x4.splat(0);
  const end = fields + ((<usize>fieldCount) << 3);
  for (let field = fields; field < end; field += FIELD) {
    const start = scores + ((<usize>load<i32>(field)) << 2);
    const stop = start + ((<usize>load<i32>(field, 4)) << 6);
    for (let p = start; p < stop; p += 64) {
      const a = excessOf(v128.load(p), peak, high, low);
      const b = excessOf(v128.load(p, 16), peak, high, low);
      const c = excessOf(v128.load(p, 32), peak, high, low);
      const d = excessOf(v128.load(p, 48), peak, high, low);
      const s = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
      const t = i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
      sums = f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(s), f64x2.promote_low_f32x4(t)));
      counts = i32x4.add(
        counts,
        i32x4.add(
          i32x4.add(f32x4.gt(a, zeros), f32x4.gt(b, zeros)),
          i32x4.add(f32x4.gt(c, zeros), f32x4.gt(d, zeros)),
        ),
      );
    }
  }
  fieldEntries = -<f64>(
    i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3)
  );
  return inverse * (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
}

/** gamma [z - tau]_+ of four scores; high + low is the threshold of score - peak, so that small weights keep digits. */
function excessOf(v: v128, peak: v128, high: v128, low: v128): v128 {
  return f32x4.pmax(f32x4.splat(0), f32x4.sub(f32x4.sub(f32x4.sub(v, peak), high), low));
}

/** Writes the weights of a field, and ids from `id` on; returns the next id. */
export function writeField(field: usize, y: usize, groups: usize, tau: f64, id: i32): i32 {
  const peak = f32x4.splat(<f32>top);
  const shift = (loss + crest + tau) / inverse;
  const high = f32x4.splat(<f32>shift);
  const low = f32x4.splat(<f32>(shift - <f64>(<f32>shift)));
  const scale = f32x4.splat(<f32>inverse);
  const start = (<usize>load<i32>(field)) << 2;
  const stop = start + ((<usize>load<i32>(field, 4)) << 6);
  for (let o = start; o < stop; o += 64) {
    const a = f32x4.mul(scale, excessOf(v128.load(scores + o), peak, high, low));
    const b = f32x4.mul(scale, excessOf(v128.load(scores + o, 16), peak, high, low));
    const c = f32x4.mul(scale, excessOf(v128.load(scores + o, 32), peak, high, low));
    const d = f32x4.mul(scale, excessOf(v128.load(scores + o, 48), peak, high, low));
    v128.store(y + o, a);
    v128.store(y + o, b, 16);
    v128.store(y + o, c, 32);
    v128.store(y + o, d, 48);
    if (!groups) continue;
    id = writeRanks(groups + o, a, id);
    id = writeRanks(groups + o + 16, b, id);
    id = writeRanks(groups + o + 32, c, id);
    id = writeRanks(groups + o + 48, d, id);
  }
  return id;
}

/** Numbers the positive lanes from `id` on, the others -1; returns the next id. */
function writeRanks(p: usize, weights: v128, id: i32): i32 {
  const zeros = i32x4.splat(0);
  const positive = f32x4.gt(weights, zeros);
  // minus the number of positive ones up to each lane
  let ranks = i32x4.add(
    positive,
    i8x16.shuffle(zeros, positive, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27),
  );
  ranks = i32x4.add(ranks, i8x16.shuffle(zeros, ranks, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(p, v128.bitselect(i32x4.sub(i32x4.splat(id - 1), ranks), i32x4.splat(-1), positive));
  return id + popcnt(i32x4.bitmask(positive));
}

export function place(z: f64, start: i32, form: i32): void {
  if (z <= bound) return;
  const piece = pieces + ((<usize>pieceCount) << 4);
  store<f64>(piece, z);
  store<i32>(piece, start, 8);
  store<i32>(piece, form, 12);
  pieceCount += 1;
}

/** The entries of one block whose bits are set, stretches of one: their levels are (score - top) * inverse - loss. */
export function placeEach(x: usize, block: i32, bits: u32, top: f64, inverse: f64, loss: f64): void {
  let piece = pieces + ((<usize>pieceCount) << 4);
  for (; bits; bits &= bits - 1) {
    const i = block + ctz(bits);
    store<f64>(piece, (<f64>load<f32>(x + ((<usize>i) << 2)) - top) * inverse - loss);
    store<i32>(piece, i, 8);
    store<i32>(piece, 1, 12);
    piece += PIECE;
  }
  pieceCount = <i32>((piece - pieces) >> 4);
}

/** Makes one piece of the last two, stretches that touch, of one level. */
export function joinLast(): void {
  const piece = lastPiece();
  store<i32>(piece - PIECE, shape(piece - PIECE) + shape(piece), 12);
  pieceCount -= 1;
}

/** Raises the bound where a greater one is known. */
export function raiseTo(lowest: f64): void {
  bound = max(bound, lowest);
}

/** Once there are enough new pieces, raises the bound and drops those below it: constant work a piece. */
export function settle(work: usize): bool {
  if (pieceCount < settleAt) return false;
  raise(work);
  return true;
}

function raise(work: usize): void {
  const tau = threshold(work);
  bound = max(bound, crest + tau - 1e-15 * abs(crest));
  const end = pieces + ((<usize>pieceCount) << 4);
  let kept = pieces;
  for (let piece = pieces; piece < end; piece += PIECE) {
    v128.store(kept, v128.load(piece));
    kept += (<usize>(level(piece) > bound)) << 4;
  }
  pieceCount = <i32>((kept - pieces) >> 4);
  settleAt = 2 * pieceCount + 4;
}

/**
 * tau - crest, with sum of [z - tau]_+ = 1. Newton's steps from below end by themselves, nearly always in two or three;
 * where they are slow, a pivot halves the open pieces between two steps.
 */
export function threshold(work: usize): f64 {
  const end = pieces + ((<usize>pieceCount) << 4);
  let crests = f64x2.splat(fieldCount > 0 ? -loss : -Infinity);
  for (let piece = pieces; piece < end; piece += PIECE) crests = f64x2.pmax(crests, v128.load(piece));
  crest = f64x2.extract_lane(crests, 0);
  let tau = bound - crest;
  if (fieldCount == 0) tau = max(tau, -1);
  // Pieces go two by two: one more, of no weight, for an odd one. Where pieces fill their room, there are no fields behind it.
  v128.store(end, f64x2.replace_lane(f64x2.splat(0), 0, bound));
  let kept: f64 = -1;
  for (let step = 0; step < 16; step++) {
    const least = f64x2.splat(tau);
    let totals = f64x2.splat(0);
    let counts = totals;
    for (let piece = pieces; piece < end; piece += 2 * PIECE) {
      const a = v128.load(piece);
      const b = v128.load(piece, 16);
      const z = f64x2.sub(i64x2.shuffle(a, b, 0, 2), f64x2.splat(crest));
      // without a branch, which would be a toss-up
      const c = v128.and(f64x2.gt(z, least), f64x2.convert_low_i32x4_s(i32x4.shuffle(a, b, 3, 7, 3, 7)));
      totals = f64x2.add(totals, f64x2.mul(z, c));
      counts = f64x2.add(counts, c);
    }
    let total = f64x2.extract_lane(totals, 0) + f64x2.extract_lane(totals, 1);
    let entries = f64x2.extract_lane(counts, 0) + f64x2.extract_lane(counts, 1);
    if (fieldCount > 0) {
      const excess = fieldExcess(tau);
      total += excess + tau * fieldEntries;
      entries += fieldEntries;
    }
    if (entries == kept) return fieldCount > 0 ? (total - 1) / entries : tau;
    kept = entries;
    tau = max(tau, (total - 1) / entries);
  }
  return pivoted(work, tau);
}

function pivoted(work: usize, lowest: f64): f64 {
  // the open pieces as (level f64, entries f64); those known to be above tau are in total and entries
  const end = pieces + ((<usize>pieceCount) << 4);
  let open = work;
  for (let piece = pieces; piece < end; piece += PIECE) {
    const z = level(piece) - crest;
    if (z > lowest) {
      store<f64>(open, z);
      store<f64>(open, <f64>shape(piece), 8);
      open += PIECE;
    }
  }
  const lastField = fields + ((<usize>fieldCount) << 3);
  for (let field = fields; field < lastField; field += FIELD) {
    const start = load<i32>(field);
    const stop = start + (load<i32>(field, 4) << 4);
    for (let i = start; i < stop; i++) {
      const z = (<f64>load<f32>(scores + ((<usize>i) << 2)) - top) * inverse - loss - crest;
      if (z > lowest) {
        store<f64>(open, z);
        store<f64>(open, 1, 8);
        open += PIECE;
      }
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
