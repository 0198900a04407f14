/** The ways to attend of a study by their names, each with the options it takes. */
import type { AttentionSpec } from "./task.ts";

/** A way to attend: its options with the values they have when none are given. */
export interface AttentionKind {
  readonly options: AttentionSpec["options"];
}

/** The kind that a choice names, and all of its options. Throws a RangeError for a name or an option that there is not. */
export function resolveAttention<K extends AttentionKind>(
  kinds: Readonly<Record<string, K>>,
  { mapping, options }: AttentionSpec,
): { readonly kind: K; readonly options: AttentionSpec["options"] } {
  const kind = Object.hasOwn(kinds, mapping) ? kinds[mapping] : undefined;
  if (kind === undefined) {
    throw new RangeError(`mapping is ${JSON.stringify(mapping)}: it must be one of ${Object.keys(kinds).join(", ")}`);
  }
  const takes = Object.keys(kind.options);
  const unknown = Object.keys(options).find((name) => !takes.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`${mapping} has no option ${JSON.stringify(unknown)}: it takes ${takes.join(" and ")}`);
  }
  return { kind, options: { ...kind.options, ...options } };
}
