/**
 * Closed forms in one dimension: F(d, e) = c int_{-1}^{1} (1 - s^2)^m phi(d + e s) ds with phi the standard normal density,
 * c = 3/4, 15/16, 35/32 for m = 1, 2, 3, is the expectation of a Gaussian under the beta-Gaussian of alpha = 1 + 1/m.
 */
import { scaledErfc } from "../numeric/erf.ts";
import { gaussRule } from "../numeric/quadrature.ts";

/** F, dF/dd and e dF/de, written by `bump`. */
export const bumpOut = /* @__PURE__ */ new Float64Array(3);

/** c for m = 1, 2, 3. */
const bumpConstants: readonly number[] = [0.5, 3 / 4, 15 / 16, 35 / 32];

const rootHalf = Math.SQRT1_2;
const peak = 1 / Math.sqrt(2 * Math.PI);

/** The positive nodes s of a symmetric rule, their weights times (1 - s^2)^m, and exp(-e^2 s^2 / 2) for the last e. */
interface Pairs {
  readonly count: number;
  readonly nodes: Float64Array;
  readonly weights: readonly Float64Array[];
  readonly decay: Float64Array;
  decayOf: number;
}

function pairsOf(count: number): Pairs {
  const rule = gaussRule(2 * count);
  const nodes = rule.nodes.slice(count);
  const weights = [0, 1, 2, 3].map((m) => nodes.map((s, q) => rule.weights[count + q] * (1 - s * s) ** m));
  return { count, nodes, weights, decay: new Float64Array(count), decayOf: NaN };
}

/** Rules for e below 1/4, 3/4 and 2. */
let narrowRules: readonly [Pairs, Pairs, Pairs] | undefined;

const tailNodes = 20;

/** For m = 1, 2, 3: below this e the closed form cancels, and the support is short enough for quadrature to be exact. */
const narrow: readonly number[] = [0, 0.6, 1, 1.6];

/** The normal density beyond this is below 1e-17: nothing to an interval that holds the middle. */
const spread = 8.8;

/** Below this |d| e the Gaussian varies little enough over a narrow support for the rule of pairs. */
const slanted = 12;

/** For m = 1, 2, 3: beyond this gap between the Gaussian's centre and the support (in its widths) the edge decides. */
const far: readonly number[] = [0, 10.5, 6, 4];

/** Writes F, dF/dd, e dF/de to `bumpOut`, to a relative accuracy of about 1e-13 also where F is tiny. */
export function bump(m: number, d: number, e: number): void {
  const gap = Math.abs(d) - e;
  if (gap > 38.5) bumpOut.fill(0);
  else if (e < narrow[m] && Math.abs(d) * e < slanted) narrowBump(m, d, e);
  else if (gap > far[m]) tailBump(m, d, e, gap);
  else wideBump(m, d, e);
}

/** Pairs of nodes +-s, so that odd parts cancel in the algebra instead of in rounding. */
function narrowBump(m: number, d: number, e: number): void {
  narrowRules ??= [pairsOf(6), pairsOf(8), pairsOf(10)];
  const slant = Math.max(e, Math.abs(d) * e * 0.4);
  const rule = narrowRules[slant < 0.25 ? 0 : slant < 0.75 ? 1 : 2];
  const { count, nodes, decay } = rule;
  const weights = rule.weights[m];
  if (e !== rule.decayOf) {
    for (let q = 0; q < count; q++) decay[q] = Math.exp((-e * e * nodes[q] * nodes[q]) / 2);
    rule.decayOf = e;
  }
  let f = 0;
  let fd = 0;
  let fe = 0;
  const series = Math.abs(d * e) < 0.3;
  for (let q = 0; q < count; q++) {
    const es = e * nodes[q];
    const x = d * es;
    let cosh: number;
    let sinh: number;
    if (series) {
      const x2 = x * x;
      sinh = x * (1 + x2 * (1 / 6 + x2 * (1 / 120 + x2 * (1 / 5040 + x2 * (1 / 362880)))));
      cosh = 1 + x2 * (1 / 2 + x2 * (1 / 24 + x2 * (1 / 720 + x2 * (1 / 40320 + x2 * (1 / 3628800)))));
    } else {
      const grown = Math.exp(x);
      const shrunk = 1 / grown;
      cosh = 0.5 * (grown + shrunk);
      sinh = 0.5 * (grown - shrunk);
    }
    const weight = weights[q] * decay[q];
    f += weight * cosh;
    fd += weight * (es * sinh - d * cosh);
    fe += weight * es * (d * sinh - es * cosh);
  }
  const scale = 2 * bumpConstants[m] * peak * Math.exp(-0.5 * d * d);
  bumpOut[0] = scale * f;
  bumpOut[1] = scale * fd;
  bumpOut[2] = scale * fe;
}

/** Moments K_i = int s^i phi(d + e s) ds by their recurrence. */
function wideBump(m: number, d: number, e: number): void {
  const from = d - e;
  const to = d + e;
  const phiFrom = from < -spread && to > 0 ? 0 : peak * Math.exp(-0.5 * from * from);
  const phiTo = to > spread && from < 0 ? 0 : peak * Math.exp(-0.5 * to * to);
  const tail = Math.sqrt(Math.PI / 2);
  // Mass of (from, to): the complement of two tails, or the difference of two tails on one side.
  let mass: number;
  if (from > 0) mass = tail * (phiFrom * scaledErfc(from * rootHalf) - phiTo * scaledErfc(to * rootHalf));
  else if (to < 0) mass = tail * (phiTo * scaledErfc(-to * rootHalf) - phiFrom * scaledErfc(-from * rootHalf));
  else {
    mass = 1;
    if (from > -spread) mass -= tail * phiFrom * scaledErfc(-from * rootHalf);
    if (to < spread) mass -= tail * phiTo * scaledErfc(to * rootHalf);
  }
  const inverse = 1 / e;
  const square = inverse * inverse;
  const shift = d * inverse;
  const even = (phiTo - phiFrom) * square;
  const odd = (phiTo + phiFrom) * square;
  const k0 = mass * inverse;
  const k1 = -even - shift * k0;
  const k2 = square * k0 - odd - shift * k1;
  const c = bumpConstants[m];
  if (m === 1) {
    const f = c * (k0 - k2);
    bumpOut[0] = f;
    bumpOut[1] = 2 * c * inverse * k1;
    bumpOut[2] = 2 * c * k2 - f;
    return;
  }
  const k3 = 2 * square * k1 - even - shift * k2;
  const k4 = 3 * square * k2 - odd - shift * k3;
  if (m === 2) {
    const f = c * (k0 - 2 * k2 + k4);
    bumpOut[0] = f;
    bumpOut[1] = 4 * c * inverse * (k1 - k3);
    bumpOut[2] = 4 * c * (k2 - k4) - f;
    return;
  }
  const k5 = 4 * square * k3 - even - shift * k4;
  const k6 = 5 * square * k4 - odd - shift * k5;
  const f = c * (k0 - 3 * k2 + 3 * k4 - k6);
  bumpOut[0] = f;
  bumpOut[1] = 6 * c * inverse * (k1 - 2 * k3 + k5);
  bumpOut[2] = 6 * c * (k2 - 2 * k4 + k6) - f;
}

/** The Gaussian's centre is far outside: Gauss-Legendre over the part at the near edge that carries all but 1e-16. */
function tailBump(m: number, d: number, e: number, gap: number): void {
  const { nodes, weights } = gaussRule(tailNodes);
  const length = Math.min(2 * e, Math.sqrt(gap * gap + 76) - gap);
  const sign = d > 0 ? 1 : -1;
  let f = 0;
  let fd = 0;
  let fe = 0;
  for (let q = 0; q < tailNodes; q++) {
    const inward = ((1 + nodes[q]) / 2) * length;
    const nu = gap + inward;
    const r = inward / e;
    const rest = r * (2 - r);
    const weight =
      weights[q] * Math.exp(-0.5 * nu * nu) * (m === 1 ? rest : m === 2 ? rest * rest : rest * rest * rest);
    f += weight;
    fd -= weight * nu;
    fe += weight * nu * (e - inward);
  }
  const scale = (bumpConstants[m] * peak * length) / (2 * e);
  bumpOut[0] = scale * f;
  bumpOut[1] = scale * sign * fd;
  bumpOut[2] = scale * fe;
}
