/** Linear systems with a Hessian, on some entries only and on vectors of sum zero: Newton steps and Jacobians. */

/** Working memory for systems of `n` entries. */
export interface SystemMemory {
  readonly residual: Float64Array;
  readonly direction: Float64Array;
  readonly image: Float64Array;
  readonly correction: Float64Array;
}

export function makeSystemMemory(n: number): SystemMemory {
  const floats = () => new Float64Array(n);
  return { residual: floats(), direction: floats(), image: floats(), correction: floats() };
}

/** H on the entries where `free` is 1, and a positive estimate of the inverse of its diagonal there. */
export interface FreeHessian {
  /** out = H u; u is 0 where an entry is not free, and what out holds there is ignored. */
  multiply(u: Float64Array, out: Float64Array): void;
  readonly free: Uint8Array;
  readonly inverseDiagonal: Float64Array;
}

/** Takes from the residual the constant that no step of sum zero can see; returns <residual, M^-1 residual>. */
function centre(residual: Float64Array, { free, inverseDiagonal: m }: FreeHessian): number {
  const n = residual.length;
  let weighted = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    if (free[i] === 0) continue;
    weighted += m[i]! * residual[i]!;
    total += m[i]!;
  }
  const constant = weighted / total;
  let norm = 0;
  for (let i = 0; i < n; i++) {
    residual[i] = free[i] === 0 ? 0 : residual[i]! - constant;
    norm += m[i]! * residual[i]! * residual[i]!;
  }
  return norm;
}

/** One run of conjugate gradients from 0 for the right-hand side in `memory.residual`; adds the solution to d. */
function descend(hessian: FreeHessian, memory: SystemMemory, tolerance: number, d: Float64Array): void {
  const { free, inverseDiagonal: m } = hessian;
  const { residual, direction, image } = memory;
  const n = d.length;
  let norm = centre(residual, hessian);
  const enough = tolerance * tolerance * norm;
  for (let i = 0; i < n; i++) direction[i] = m[i]! * residual[i]!;
  for (let step = 0; step < 2 * n + 20 && norm > enough; step++) {
    hessian.multiply(direction, image);
    let curvature = 0;
    for (let i = 0; i < n; i++) if (free[i] === 1) curvature += direction[i]! * image[i]!;
    // Not above 0: rounding has taken over (or Omega is not convex, and the certificate will tell).
    if (!(curvature > 0)) return;
    const length = norm / curvature;
    for (let i = 0; i < n; i++) {
      if (free[i] === 0) continue;
      d[i] = d[i]! + length * direction[i]!;
      residual[i] = residual[i]! - length * image[i]!;
    }
    const next = centre(residual, hessian);
    const keep = next / norm;
    norm = next;
    for (let i = 0; i < n; i++) direction[i] = m[i]! * residual[i]! + keep * direction[i]!;
  }
}

/**
 * d with sum 0, 0 where an entry is not free, and H d = r + constant where it is: the minimizer of <d, H d> / 2 - <r, d>
 * under these constraints, d = (H^-1 - H^-1 1 1^T H^-1 / 1^T H^-1 1) r on the free entries. Conjugate gradients,
 * preconditioned by the diagonal and projected; the solution is refined on its own residual `refinements` times.
 * (Gould, Hribar and Nocedal 2001.)
 */
export function solveSumZero(
  hessian: FreeHessian,
  r: Float64Array,
  tolerance: number,
  refinements: number,
  memory: SystemMemory,
  d: Float64Array,
): void {
  const { residual, image, correction } = memory;
  const n = d.length;
  d.fill(0);
  residual.set(r);
  descend(hessian, memory, tolerance, d);
  for (let pass = 0; pass < refinements; pass++) {
    hessian.multiply(d, image);
    for (let i = 0; i < n; i++) residual[i] = r[i]! - image[i]!;
    correction.fill(0);
    // What is left is `tolerance` of r: no more digits of it count.
    descend(hessian, memory, 1e-17 / tolerance, correction);
    for (let i = 0; i < n; i++) d[i] = d[i]! + correction[i]!;
  }
}
