/** ROUGE recall of summaries cut to a number of bytes, the measure of the DUC campaigns. */
import { commonLength } from "./common-subsequence.ts";
import { cachedStems, rougeTokens } from "./rouge-tokens.ts";
import { ngramMatches } from "./rouge.ts";
import { checkedReferences } from "./sentence-pairs.ts";
import type { References } from "./sentence-pairs.ts";

export interface RougeRecall {
  readonly rouge1: number;
  readonly rouge2: number;
  readonly rougeL: number;
}

export interface RougeRecallOptions {
  /** Bytes of UTF-8 that are read of every text; default 75. */
  readonly bytes?: number;
  /** Several references: "average" pools their hits and words (ROUGE-1.5.5 -f A, the default), "best" takes the highest recall. */
  readonly combine?: "average" | "best";
  /** Compare Porter stems of words of more than three letters, as `rouge` does; default false. */
  readonly stemmer?: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The first bytes of the text's lines. The last word, and even a letter, may be cut in two; line breaks do not count. */
function firstBytes(text: string, bytes: number): string {
  let left = bytes;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const encoded = encoder.encode(line).subarray(0, left);
    kept.push(decoder.decode(encoded));
    left -= encoded.length;
  }
  return kept.join(" ");
}

/**
 * Recall of ROUGE-1, 2 and L in [0, 1] when only the first 75 bytes of every text count: hits / words of the reference, the mean
 * over the summaries, and each one's. This is how headlines are scored on DUC 2004, where a longer summary gains nothing.
 *
 * - Agrees with ROUGE-1.5.5 -b 75, which cuts the references too and rounds each score to five digits; -f A pools hits and words of
 *   the references of a summary, -f B takes the best reference for each kind. Its -m looks irregular words up in WordNet first,
 *   which `stemmer` does not.
 * - `references[i]`: the reference of `hypotheses[i]`, or an array of references.
 * - Throws as `rouge` does, and a RangeError for `bytes` that is no integer from 1 or another way to combine.
 * - Cost: as `rouge`.
 *
 * Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004); Over, Dang and Harman, "DUC in context" (2007).
 *
 * @example
 * rougeRecallAtBytes(["police kill the gunman"], [["police killed the gunman", "the gunman was shot"]]).rouge1; // 0.625
 */
export function rougeRecallAtBytes(
  hypotheses: readonly string[],
  references: References,
  { bytes = 75, combine = "average", stemmer = false }: RougeRecallOptions = {},
): RougeRecall & { readonly items: readonly RougeRecall[] } {
  if (!(Number.isInteger(bytes) && bytes >= 1)) throw new RangeError(`bytes must be an integer from 1, got ${bytes}`);
  if (combine !== "average" && combine !== "best") {
    throw new RangeError(`combine must be "average" or "best", got ${JSON.stringify(combine)}`);
  }
  const stem = stemmer ? cachedStems() : undefined;
  const read = (text: string) => rougeTokens(firstBytes(text, bytes), stem);
  const recall = (counted: readonly { hits: number; wanted: number }[]): number => {
    const each = counted.map(({ hits, wanted }) => (wanted === 0 ? 0 : hits / wanted));
    if (combine === "best") return Math.max(...each);
    const wanted = counted.reduce((sum, one) => sum + one.wanted, 0);
    return wanted === 0 ? 0 : counted.reduce((sum, one) => sum + one.hits, 0) / wanted;
  };
  const items = checkedReferences(hypotheses, references).map((texts, i) => {
    const own = read(hypotheses[i]!);
    const all = texts.map(read);
    return {
      rouge1: recall(all.map((words) => ngramMatches(own, words, 1))),
      rouge2: recall(all.map((words) => ngramMatches(own, words, 2))),
      rougeL: recall(all.map((words) => ({ hits: commonLength(words, own), wanted: words.length }))),
    };
  });
  const mean = (kind: keyof RougeRecall) => items.reduce((sum, item) => sum + item[kind], 0) / items.length;
  return { rouge1: mean("rouge1"), rouge2: mean("rouge2"), rougeL: mean("rougeL"), items };
}
