/** Decoded sequences as texts: unknown tokens are replaced by the source words that they attend to. */
import { PADDING, UNKNOWN } from "../../text/vocabulary.ts";
import type { Hypothesis } from "./beam.ts";
import type { Tokenizers } from "./data.ts";

/** A decoded text of the report. */
export interface DecodedExample {
  readonly source: string;
  readonly reference: string;
  readonly written: string;
  /** Tokens as they are shown: those of the source, and those written, the end last. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly weights: readonly (readonly number[])[];
}

/** Index of the largest weight among the places that `may` be chosen; of equal ones the first. */
function largest(row: ArrayLike<number>, may: (place: number) => boolean): number {
  let best = -1;
  for (let i = 0; i < row.length; i++) if (may(i) && (best < 0 || row[i]! > row[best]!)) best = i;
  return best;
}

/**
 * Source words that replace unknown tokens, by the positions of these: the one with the most attention among those that are unknown, too,
 * or among all where there is none.
 */
function copiesOf({ ids, weights }: Hypothesis, source: string, tokenizers: Tokenizers): Map<number, string> {
  const unknown = Array.from(ids.entries()).filter(([, id]) => id === UNKNOWN);
  if (unknown.length === 0) return new Map();
  const { ids: read, owners, tokens } = tokenizers.source.encode(source);
  const isUnknown = (place: number) => read[place] === UNKNOWN;
  const copies = unknown.map(([at]): [number, string] => {
    const place = largest(weights[at]!, isUnknown);
    const from = place >= 0 ? place : largest(weights[at]!, () => true);
    return [at, tokens[owners[from]!]!.trim()];
  });
  return new Map(copies);
}

/** Decoded text, with source words in the place of unknown tokens. */
export function textOf(written: Hypothesis, source: string, tokenizers: Tokenizers): string {
  return tokenizers.target.decode(written.ids, copiesOf(written, source, tokenizers));
}

/** A decoded text with its attention, as it is shown; unknown tokens read as the source has them. */
export function decodedExample(
  written: Hypothesis,
  { source, reference }: Pick<DecodedExample, "source" | "reference">,
  tokenizers: Tokenizers,
): DecodedExample {
  const { ids, ended, weights } = written;
  const copies = copiesOf(written, source, tokenizers);
  return {
    source,
    reference,
    written: tokenizers.target.decode(ids, copies),
    // Of a long source only the beginning was read.
    columns: tokenizers.source.shownPieces(source).slice(0, weights[0]?.length ?? 0),
    rows: Array.from(ended ? [...ids, PADDING] : ids, (id, at) => copies.get(at) ?? tokenizers.target.shown(id)),
    weights: weights.map((row) => Array.from(row)),
  };
}
