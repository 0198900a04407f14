/** Hypotheses beside their references, checked before they are scored. */

/** For every hypothesis its reference, or its references. */
export type References = readonly (string | readonly string[])[];

function checkString(name: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, got ${typeof value}`);
  return value;
}

/** The references of every hypothesis as arrays. Throws when there are none, or not as many on both sides. */
export function checkedReferences(hypotheses: readonly string[], references: References): (readonly string[])[] {
  if (hypotheses.length === 0) throw new RangeError("hypotheses must not be empty");
  if (references.length !== hypotheses.length) {
    throw new RangeError(`references must be as many as hypotheses (${hypotheses.length}), got ${references.length}`);
  }
  return references.map((given, i) => {
    checkString(`hypotheses[${i}]`, hypotheses[i]);
    if (!Array.isArray(given)) return [checkString(`references[${i}]`, given)];
    if (given.length === 0) throw new RangeError(`references[${i}] must hold at least one reference`);
    given.forEach((reference, r) => checkString(`references[${i}][${r}]`, reference));
    return given as readonly string[];
  });
}

/** How many references a hypothesis has, "var" when that differs, as a signature writes it. */
export function referenceCount(references: readonly (readonly string[])[]): string {
  const { length } = references[0]!;
  return references.every((some) => some.length === length) ? String(length) : "var";
}
