/** ROUGE recall of summaries cut to a number of bytes, the metric of the DUC campaigns. */
import { lcsLength } from "./longest-common-subsequence.ts";
import { checkedReferences, type References } from "./references.ts";
import { ngramMatches, rougeTokenizer, type RougeTokenizer } from "./rouge.ts";

export interface RougeRecall {
  readonly rouge1: number;
  readonly rouge2: number;
  readonly rougeL: number;
}

export interface RougeRecallOptions {
  /** Bytes of UTF-8 that count of every text; default 75. */
  readonly bytes?: number;
  /** Several references: "average" pools their hits and tokens (ROUGE-1.5.5 -f A, the default), "best" takes the highest recall. */
  readonly combine?: "average" | "best";
  /** Default "ascii". */
  readonly tokenizer?: RougeTokenizer;
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
 * Recall of ROUGE-1, 2 and L in [0, 1] when only the first 75 bytes of every text count: hits / tokens of the reference, the mean
 * over the summaries, and each one's as `items`. Headlines are scored so on DUC 2004, where a longer summary gains nothing.
 *
 * Agrees with ROUGE-1.5.5 -b 75 without its stemmer, which cuts the references too and rounds each score to five digits; -f A pools hits
 * and tokens of the references of a summary, -f B takes the best reference for each kind. Throws as `rouge` does, and a RangeError for
 * `bytes` that is no integer from 1 or another way to combine. Cost: as `rouge`.
 *
 * @param hypotheses - The summaries.
 * @param references - For `hypotheses[i]` its reference, or an array of references.
 * @param options - Bytes, combination of references, tokenizer.
 *
 * Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004); Over, Dang and Harman, "DUC in context" (2007).
 *
 * @example
 * rougeRecallAtBytes(["police kill the gunman"], [["police killed the gunman", "the gunman was shot"]]).rouge1; // 0.625
 */
export function rougeRecallAtBytes(
  hypotheses: readonly string[],
  references: References,
  { bytes = 75, combine = "average", tokenizer }: RougeRecallOptions = {},
): RougeRecall & { readonly items: readonly RougeRecall[] } {
  if (!(Number.isInteger(bytes) && bytes >= 1)) throw new RangeError(`bytes must be an integer from 1, got ${bytes}`);
  if (combine !== "average" && combine !== "best") {
    throw new RangeError(`combine must be "average" or "best", got ${JSON.stringify(combine)}`);
  }
  const tokens = rougeTokenizer(tokenizer);
  const read = (text: string) => tokens(firstBytes(text, bytes));
  const recall = (counted: readonly { hits: number; actual: number }[]): number => {
    const each = counted.map(({ hits, actual }) => (actual === 0 ? 0 : hits / actual));
    if (combine === "best") return Math.max(...each);
    const actual = counted.reduce((sum, one) => sum + one.actual, 0);
    return actual === 0 ? 0 : counted.reduce((sum, one) => sum + one.hits, 0) / actual;
  };
  const items = checkedReferences(hypotheses, references).map((texts, i) => {
    const own = read(hypotheses[i]!);
    const all = texts.map(read);
    return {
      rouge1: recall(all.map((reference) => ngramMatches(own, reference, 1))),
      rouge2: recall(all.map((reference) => ngramMatches(own, reference, 2))),
      rougeL: recall(all.map((reference) => ({ hits: lcsLength(reference, own), actual: reference.length }))),
    };
  });
  const mean = (kind: keyof RougeRecall) => items.reduce((sum, item) => sum + item[kind], 0) / items.length;
  return { rouge1: mean("rouge1"), rouge2: mean("rouge2"), rougeL: mean("rougeL"), items };
}
