/** What was written for a source as text: unknown pieces read as the words of the source that they stand for. */
import { PADDING, UNKNOWN } from "../../text/vocabulary.ts";
import type { Hypothesis } from "./beam.ts";
import type { Tokenizers } from "./data.ts";

/** A text of the report. */
export interface DecodedExample {
  readonly source: string;
  readonly reference: string;
  readonly written: string;
  /** Pieces as they are shown: those of the source, and those written, the end last. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly weights: readonly (readonly number[])[];
}

/** Where a row of weights is largest among the places that `may` be chosen; of equal ones the first. */
function largest(row: ArrayLike<number>, may: (place: number) => boolean): number {
  let best = -1;
  for (let i = 0; i < row.length; i++) if (may(i) && (best < 0 || row[i]! > row[best]!)) best = i;
  return best;
}

/**
 * The words of the source that stand in the place of unknown pieces, by the pieces' places: of those that are unknown, too, the one that
 * was looked at most, and where there is none of all.
 */
function copiesOf({ ids, weights }: Hypothesis, source: string, codecs: Tokenizers): Map<number, string> {
  const unknown = Array.from(ids.entries()).filter(([, id]) => id === UNKNOWN);
  if (unknown.length === 0) return new Map();
  const { ids: read, owners, tokens } = codecs.source.encode(source);
  const isUnknown = (place: number) => read[place] === UNKNOWN;
  const copies = unknown.map(([at]): [number, string] => {
    const place = largest(weights[at]!, isUnknown);
    const from = place >= 0 ? place : largest(weights[at]!, () => true);
    return [at, tokens[owners[from]!]!.trim()];
  });
  return new Map(copies);
}

/** The text that was written, with copies for what is unknown. */
export function textOf(written: Hypothesis, source: string, codecs: Tokenizers): string {
  return codecs.target.decode(written.ids, copiesOf(written, source, codecs));
}

/** A text as the report shows it, with what was written for it and where the model looked; pieces that are unknown read as the source has them. */
export function shownText(
  written: Hypothesis,
  { source, reference }: Pick<DecodedExample, "source" | "reference">,
  codecs: Tokenizers,
): DecodedExample {
  const { ids, ended, weights } = written;
  const copies = copiesOf(written, source, codecs);
  return {
    source,
    reference,
    written: codecs.target.decode(ids, copies),
    // Of a long source only the beginning was read.
    columns: codecs.source.shownPieces(source).slice(0, weights[0]?.length ?? 0),
    rows: Array.from(ended ? [...ids, PADDING] : ids, (id, at) => copies.get(at) ?? codecs.target.shown(id)),
    weights: weights.map((row) => Array.from(row)),
  };
}
