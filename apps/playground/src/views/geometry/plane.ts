/** The plane of three scores up to a common shift, seen head-on: lengths are true, and the simplex lies in its middle. */

/** A point of the plane: x = shift + u b1 + v b2 with orthonormal b1, b2. */
export interface PlanePoint {
  readonly u: number;
  readonly v: number;
}

const b1 = [-Math.SQRT1_2, Math.SQRT1_2, 0] as const;
const b2 = [-1 / Math.sqrt(6), -1 / Math.sqrt(6), 2 / Math.sqrt(6)] as const;

export function toPlane(x: ArrayLike<number>): PlanePoint {
  let u = 0;
  let v = 0;
  for (let i = 0; i < 3; i++) {
    u += x[i]! * b1[i]!;
    v += x[i]! * b2[i]!;
  }
  return { u, v };
}

/** The three scores with mean `shift` at a point. */
export function fromPlane({ u, v }: PlanePoint, shift: number): [number, number, number] {
  const at = (i: number) => shift + u * b1[i]! + v * b2[i]!;
  return [at(0), at(1), at(2)];
}

export const corners: readonly PlanePoint[] = [toPlane([1, 0, 0]), toPlane([0, 1, 0]), toPlane([0, 0, 1])];

/** The part of the plane that is drawn. */
export const view = { left: -1.8, right: 1.8, bottom: -1.4, top: 1.75 } as const;
