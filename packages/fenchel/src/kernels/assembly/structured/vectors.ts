// Small helpers on blocks of 16 float32 entries, shared by the structured kernels.

/** One bit a lane of four comparisons. */
export function maskOf(a: v128, b: v128, c: v128, d: v128): u32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

/** One bit an entry of the block at p: whether it is at least `least`. */
export function atLeast(p: usize, least: f32): u32 {
  const low = f32x4.splat(least);
  return maskOf(
    f32x4.ge(v128.load(p), low),
    f32x4.ge(v128.load(p, 16), low),
    f32x4.ge(v128.load(p, 32), low),
    f32x4.ge(v128.load(p, 48), low),
  );
}

/** Sets the four vectors of a block. */
export function setBlock(p: usize, value: v128): void {
  v128.store(p, value);
  v128.store(p, value, 16);
  v128.store(p, value, 32);
  v128.store(p, value, 48);
}

/** The sum of the lanes. */
export function lanesSum(s: v128): f64 {
  return (
    <f64>f32x4.extract_lane(s, 0) + <f64>f32x4.extract_lane(s, 1) +
    (<f64>f32x4.extract_lane(s, 2) + <f64>f32x4.extract_lane(s, 3))
  );
}

/** Writes the 32 bits of `value` to entries start .. start + count. */
export function fill(to: usize, start: i32, count: i32, value: i32): void {
  let p = to + ((<usize>start) << 2);
  if (count >= 4) {
    const four = i32x4.splat(value);
    for (; count >= 4; count -= 4) {
      v128.store(p, four);
      p += 16;
    }
  }
  for (; count > 0; count--) {
    store<i32>(p, value);
    p += 4;
  }
}
