// exp and log of four float32 lanes, in base 2 so that a natural argument costs one constant factor.
//
// Their constants stand as whole vectors in scratch memory, at the address `k` that every function takes: the engine
// would build a constant vector anew in every turn of a loop, which costs more than the arithmetic.

/** log2(e) */
export const LOG2E: f64 = 1.4426950408889634;
/** ln(2) */
export const LN2: f64 = 0.6931471805599453;
/** Bytes of the constants at k. */
export const CONSTANTS: usize = 16 * 16;

/** Where among them 1 and the smallest normal number stand. */
export const ONE: usize = 96;
export const TINY: usize = 208;

/** Writes the constants. */
export function writeConstants(k: usize): void {
  // exp2: minimax polynomial of degree 5 on [-1/2, 1/2], constant term 1
  v128.store(k, f32x4.splat(12582912), 0); // 1.5 * 2^23: adding it rounds to an integer, which stands in the low bits
  v128.store(k, f32x4.splat(0.001326472731307149), 16);
  v128.store(k, f32x4.splat(0.009671512991189957), 32);
  v128.store(k, f32x4.splat(0.05550733581185341), 48);
  v128.store(k, f32x4.splat(0.24022242426872253), 64);
  v128.store(k, f32x4.splat(0.6931470036506653), 80);
  v128.store(k, f32x4.splat(1), ONE);
  v128.store(k, f32x4.splat(-100), 112);
  // log2(1 + f) = s (a + b s^2 + c s^4), s = f / (2 + f): minimax on [sqrt(1/2), sqrt(2)) - 1
  v128.store(k, f32x4.splat(0.5957808494567871), 128);
  v128.store(k, f32x4.splat(0.9615883231163025), 144);
  v128.store(k, f32x4.splat(2.885390520095825), 160);
  v128.store(k, f32x4.splat(2), 176);
  v128.store(k, i32x4.splat(0x3f3504f3), 192); // the bits of sqrt(1/2)
  v128.store(k, f32x4.splat(1.1754943508222875e-38), TINY);
}

/** 2^w for w <= 127, relative error 1.6e-7. 0 where w < -100, far below any weight that counts: no denormal slows a row. */
export function exp2(w: v128, k: usize): v128 {
  const shifted = f32x4.add(w, v128.load(k));
  const f = f32x4.sub(w, f32x4.sub(shifted, v128.load(k)));
  let p = f32x4.add(f32x4.mul(f, v128.load(k, 16)), v128.load(k, 32));
  p = f32x4.add(f32x4.mul(p, f), v128.load(k, 48));
  p = f32x4.add(f32x4.mul(p, f), v128.load(k, 64));
  p = f32x4.add(f32x4.mul(p, f), v128.load(k, 80));
  p = f32x4.add(f32x4.mul(p, f), v128.load(k, ONE));
  p = i32x4.add(p, i32x4.shl(shifted, 23));
  return v128.and(p, f32x4.ge(w, v128.load(k, 112)));
}

/** log2(y) for y >= 2^-126, relative error 3e-7 also next to 1. */
export function log2(y: v128, k: usize): v128 {
  // y = 2^e m with m in [sqrt(1/2), sqrt(2))
  const e = i32x4.shr_s(i32x4.sub(y, v128.load(k, 192)), 23);
  const f = f32x4.sub(i32x4.sub(y, i32x4.shl(e, 23)), v128.load(k, ONE));
  return f32x4.add(f32x4.convert_i32x4_s(e), logOfMantissa(f, k));
}

/**
 * log2(y) for y = 1 + x + e >= 2^-126 with x >= -1 and a tiny e, of which y is the rounded sum: relative error 3e-7 also next
 * to y = 1.
 */
export function log2OnePlus(y: v128, x: v128, e: v128, k: usize): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(y, v128.load(k, 192)), 23);
  // (1 + x + e) 2^-exponent - 1 without rounding 1 + x
  const scale = i32x4.sub(v128.load(k, ONE), i32x4.shl(exponent, 23));
  const f = f32x4.add(f32x4.sub(scale, v128.load(k, ONE)), f32x4.mul(x, scale));
  const mended = f32x4.add(f, f32x4.mul(e, scale));
  return f32x4.add(f32x4.convert_i32x4_s(exponent), logOfMantissa(mended, k));
}

/** log2(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)): 2 artanh(s) / ln 2, s = f / (2 + f). */
function logOfMantissa(f: v128, k: usize): v128 {
  const s = f32x4.div(f, f32x4.add(f, v128.load(k, 176)));
  const z = f32x4.mul(s, s);
  let p = f32x4.add(f32x4.mul(z, v128.load(k, 128)), v128.load(k, 144));
  p = f32x4.add(f32x4.mul(p, z), v128.load(k, 160));
  return f32x4.mul(p, s);
}
