// Lanes of a vector: the part that belongs to a row, sums in float64, and compaction by a lane mask.
//
// Rows need not be a multiple of four long. The last vector of a row reads (and writes) past its end; its lanes there are
// masked, and rows are written in order, so that the next row overwrites what was spilled.

/** Vectors summed in float32 lanes before they go into a float64 sum: bounds the rounding of a sum by 16 ulp. */
export const BLOCK: usize = 16 << 4;

/** Ones in the first `rest` lanes. */
export function firstLanes(rest: i32): v128 {
  return i32x4.gt_s(i32x4.splat(rest), i32x4(0, 1, 2, 3));
}

/** sum (two float64 lanes) + the four float32 lanes of `a`. */
export function accumulate(sum: v128, a: v128): v128 {
  const high = i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(high)));
}

/** The two float64 lanes together. */
export function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** The largest float32 lane. */
export function largest(a: v128): f32 {
  const b = f32x4.pmax(a, i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return max(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1));
}
