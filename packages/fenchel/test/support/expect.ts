/** Assertions that say which quantity is wrong. */
import { expect } from "vitest";
import { farthest } from "./backends.ts";

/** Fails unless the arrays have one length and differ by at most `tolerance`. */
export function expectNear(what: string, got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  const far = farthest(got, wanted);
  if (far <= tolerance) expect(far).toBeLessThanOrEqual(tolerance);
  else expect(Array.from(got), `${what}, to ${tolerance}: ${far} apart`).toEqual(Array.from(wanted));
}

/** Fails unless the numbers differ by at most `tolerance`. */
export function expectClose(what: string, got: number, wanted: number, tolerance: number): void {
  expectNear(what, [got], [wanted], tolerance);
}

/** Fails unless every value is 0. */
export function expectZeros(what: string, values: ArrayLike<number>): void {
  expect(
    Array.from(values).filter((value) => value !== 0),
    what,
  ).toEqual([]);
}
