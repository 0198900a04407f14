/** The error function against values of 30 digits, and its identities. */
import { expect, test } from "vitest";
import { erf, scaledErfc } from "../../src/continuous/numeric/erf.ts";

/** erfc(x) = exp(-x^2) times the scaled complement, for x >= 0, with the rounding error of x^2 taken out. */
function erfc(x: number): number {
  const head = Math.fround(x);
  return Math.exp(-head * head) * Math.exp((head - x) * (head + x)) * scaledErfc(x);
}

const known: readonly (readonly [number, number, number])[] = [
  [0.001, 0.0011283787909692365, 0.9988716212090307],
  [0.3, 0.3286267594591274, 0.6713732405408726],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [0.50001, 0.5205086655948966, 0.47949133440510344],
  [0.9, 0.7969082124228322, 0.20309178757716786],
  [1.4, 0.9522851197626488, 0.0477148802373512],
  [2.2, 0.9981371537020182, 0.0018628462979818898],
  [3.7, 0.9999998328489421, 1.6715105790914599e-7],
  [5.5, 0.9999999999999927, 7.357847917974398e-15],
  [9, 1.0, 4.13703174651381e-37],
  [17, 1.0, 1.0212280150942608e-127],
  [26, 1.0, 5.663192408856143e-296],
];

test.each(known)("erf(%d) and its complement to 1e-15 relative", (x, value, complement) => {
  expect(Math.abs(erf(x) / value - 1)).toBeLessThan(1e-15);
  expect(Math.abs(erfc(x) / complement - 1)).toBeLessThan(1e-15);
  expect(erf(-x)).toBe(-erf(x));
});

test("the scaled complement has no overflow and the right tail", () => {
  expect(scaledErfc(0)).toBeCloseTo(1, 15);
  for (const x of [1e3, 1e8, 1e200]) expect(scaledErfc(x) * x * Math.sqrt(Math.PI)).toBeCloseTo(1, 6);
  expect(erf(Infinity)).toBe(1);
  expect(scaledErfc(Infinity)).toBe(0);
  expect(erf(0)).toBe(0);
});

test("continuous where the pieces meet", () => {
  // t = 3 / (3 + x) is 3/4, 1/2 and 1/4 at x = 1, 3 and 9, and the series ends at 1/2.
  for (const x of [1, 3, 9]) {
    expect(Math.abs(scaledErfc(x - 1e-15) / scaledErfc(x + 1e-15) - 1)).toBeLessThan(4e-15);
  }
  expect(Math.abs(erf(0.5) - erf(0.5 + 1e-15))).toBeLessThan(2e-15);
});
