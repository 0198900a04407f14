/** Checks of arguments: every message names the argument, the offending value and, in an array, its index. */

/** Short text of any value for an error message. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null && "length" in value) {
    return `${value.constructor?.name ?? "array"}(${String(value.length)})`;
  }
  return String(value);
}

/** A RangeError for entry `index` of the array argument `name`. */
export function entryError(name: string, index: number, value: unknown, wanted: string): RangeError {
  return new RangeError(`${name}[${index}] is ${show(value)}: ${wanted}`);
}

/** A RangeError or TypeError (wrong kind of value) for the argument `name`. */
export function valueError(name: string, value: unknown, wanted: string, kind: "range" | "type" = "range"): Error {
  const message = `${name} is ${show(value)}: ${wanted}`;
  return kind === "type" ? new TypeError(message) : new RangeError(message);
}

/** Whether a value is an array of numbers in the widest sense: a list or a typed array. */
export function isArrayLike(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Throws unless `value` is an array of `length` entries. */
export function checkLength(name: string, value: unknown, length: number, of: string): void {
  if (!isArrayLike(value)) throw valueError(name, value, `an array of ${length} (${of}) is needed`, "type");
  if (value.length !== length) {
    throw new RangeError(`${name} has ${value.length} entries: ${length} are needed (${of})`);
  }
}

/** Throws a TypeError when `options` has a key that is not in `known`: a misspelt option must not pass silently. */
export function checkOptions(owner: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw valueError("options", options, `${owner} takes an object of options`, "type");
  }
  for (const key in options) {
    if (!known.includes(key)) {
      throw new TypeError(`options.${key} is unknown to ${owner}: it takes ${known.join(", ")}`);
    }
  }
}
