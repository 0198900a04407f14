/** Numbers as they are shown: short, with a true minus sign, exact zeros told from small values. */

/** Up to `digits` significant digits, without trailing zeros: "0.125", "2.05", "3.1e-9". */
export function short(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 1e6 ? value.toExponential(digits - 2) : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

/** A fixed number of decimals. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** A number as code: short, and read back as the same to six digits. */
export function literal(value: number): string {
  return String(Number(value.toPrecision(6)));
}
