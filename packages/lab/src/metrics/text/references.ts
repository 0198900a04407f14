/** References of hypotheses, checked before they are scored. */

/** One reference per hypothesis, or an array of references. */
export type References = readonly (string | readonly string[])[];

function checkString(name: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, got ${typeof value}`);
  return value;
}

/** The references of every hypothesis as arrays. Throws for no hypotheses, or another number of references. */
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

/** Number of references per hypothesis as a signature writes it: "var" where it differs. */
export function referenceCount(references: readonly (readonly string[])[]): string {
  const { length } = references[0]!;
  return references.every((some) => some.length === length) ? String(length) : "var";
}
