/** The two float formats of 16 bits, widened exactly. */

/** The number of an IEEE 754 binary16 bit pattern: 1 sign, 5 exponent and 10 fraction bits. */
export function float16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** The number of a bfloat16 bit pattern, the upper half of a float32. */
export function bfloat16(bits: number): number {
  word[0] = bits << 16;
  return single[0]!;
}
