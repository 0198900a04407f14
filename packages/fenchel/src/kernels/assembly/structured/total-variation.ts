// prox of lambda TV on a run of scores, by the taut string: the derivative of the shortest path through the tube
// of half-width lambda around the running sums (Davies and Kovac 2001). A funnel of two chains, the greatest convex
// minorant of the tube's upper points and the least concave majorant of its lower ones, gives it in linear time.
//
// An end of the run that has a lower neighbour outside is tilted by lambda: the string starts lambda higher, ends
// lambda lower. The segments of the string go to `place`. Two neighbours whose levels differ by no more than
// rounding are one: there the string touches the tube without bending.

import { PIECE, first, joinLast, lastPiece, level, pieceCount, place, shape } from "./levels";

// Per run: points (sum f64, position i32, one of padding) and the two chains (i32 each).
export function tautStringBytes(entries: i32): usize {
  return (<usize>entries + 1) * 24;
}

// The point on the tube at record p, `side` lambdas from the running sum.
function sumAt(p: usize): f64 {
  return load<f64>(p);
}

function positionAt(p: usize): f64 {
  return <f64>load<i32>(p, 8);
}

/**
 * The string over entries start .. end of the row at x, where v = (x - top) * inverse.
 * left and right are 1 where the end is tilted, else 0. lambda > 0.
 */
export function tautString(
  x: usize, start: i32, end: i32, top: f64, inverse: f64, lambda: f64, left: f64, right: f64, work: usize,
): void {
  // running sums at the ends of the stretches of equal scores: such a stretch stays one in the prox
  const points = work;
  let last = points;
  store<f64>(points, 0);
  store<i32>(points, start, 8);
  let total = 0.0;
  let i = start;
  while (i < end) {
    const score = load<f32>(x + ((<usize>i) << 2));
    let j = i + 1;
    if (j < end && load<f32>(x + ((<usize>j) << 2)) == score) {
      const four = f32x4.splat(score);
      j++;
      while (j + 4 <= end && i32x4.all_true(f32x4.eq(v128.load(x + ((<usize>j) << 2)), four))) j += 4;
      while (j < end && load<f32>(x + ((<usize>j) << 2)) == score) j++;
    }
    total += (<f64>score - top) * inverse * <f64>(j - i);
    last += 16;
    store<f64>(last, total);
    store<i32>(last, j, 8);
    i = j;
  }
  const count = (last - points) >> 4;
  if (count == 1) {
    place((total - lambda * (left + right)) / <f64>(end - start), start, end - start);
    return;
  }
  // chains hold addresses of points; each is a queue from its head to its tail
  const upper = last + 16;
  const lower = upper + ((count + 1) << 2);
  let uh = upper;
  let ut = upper;
  let lh = lower;
  let lt = lower;
  let apex = points;
  let apexSum = lambda * left;
  let apexSide = left;
  const double = 2 * lambda;
  for (let p = points + 16; p <= last; p += 16) {
    const s = sumAt(p);
    const t = positionAt(p);
    const closing = p == last;
    // the upper chain: slopes increase along it
    const su = closing ? s - lambda * right : s + lambda;
    while (ut > uh) {
      const q = <usize>load<u32>(ut - 4);
      const qs = sumAt(q) + lambda;
      const qt = positionAt(q);
      let os = apexSum;
      let ot = positionAt(apex);
      if (ut - 4 > uh) {
        const o = <usize>load<u32>(ut - 8);
        os = sumAt(o) + lambda;
        ot = positionAt(o);
      }
      if ((qs - os) * (t - qt) < (su - qs) * (qt - ot)) break;
      ut -= 4;
    }
    if (ut == uh) {
      // the whole upper chain is gone: the string bends round lower points that the new one falls below
      while (lt > lh) {
        const q = <usize>load<u32>(lh);
        const qs = sumAt(q) - lambda;
        const qt = positionAt(q);
        const at = positionAt(apex);
        if ((su - apexSum) * (qt - at) >= (qs - apexSum) * (t - at)) break;
        emit((sumAt(q) - sumAt(apex) - lambda * (1 + apexSide)) / (qt - at), <i32>at, <i32>(qt - at), lambda);
        apex = q;
        apexSum = qs;
        apexSide = -1;
        lh += 4;
      }
    }
    store<u32>(ut, <u32>p);
    ut += 4;
    // the lower chain: slopes decrease along it
    const sl = closing ? su : s - lambda;
    while (lt > lh) {
      const q = <usize>load<u32>(lt - 4);
      const qs = sumAt(q) - lambda;
      const qt = positionAt(q);
      let os = apexSum;
      let ot = positionAt(apex);
      if (lt - 4 > lh) {
        const o = <usize>load<u32>(lt - 8);
        os = sumAt(o) - lambda;
        ot = positionAt(o);
      }
      if ((qs - os) * (t - qt) > (sl - qs) * (qt - ot)) break;
      lt -= 4;
    }
    if (lt == lh) {
      while (ut > uh) {
        const q = <usize>load<u32>(uh);
        if (q == p) break;
        const qs = sumAt(q) + lambda;
        const qt = positionAt(q);
        const at = positionAt(apex);
        if ((sl - apexSum) * (qt - at) <= (qs - apexSum) * (t - at)) break;
        emit((sumAt(q) - sumAt(apex) + lambda * (1 - apexSide)) / (qt - at), <i32>at, <i32>(qt - at), lambda);
        apex = q;
        apexSum = qs;
        apexSide = 1;
        uh += 4;
      }
    }
    store<u32>(lt, <u32>p);
    lt += 4;
  }
  const at = positionAt(apex);
  emit((sumAt(last) - sumAt(apex) - lambda * (right + apexSide)) / (<f64>end - at), <i32>at, end - <i32>at, lambda);
}

function emit(z: f64, start: i32, count: i32, lambda: f64): void {
  const before = pieceCount;
  place(z, start, count);
  if (pieceCount == before || before == 0) return;
  const piece = lastPiece() - PIECE;
  const s = shape(piece);
  if (s > 0 && first(piece) + s == start && abs(level(piece) - z) <= 1e-13 * (abs(z) + lambda)) joinLast();
}
