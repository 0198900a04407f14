/** Words to the numbers a model reads, and back. */

import { DataError } from "../base/data-error.ts";

/** Number of the filling after the end of a text. */
export const PADDING = 0;
/** Number of every word that the vocabulary does not hold. */
export const UNKNOWN = 1;

const SPECIAL = ["<padding>", "<unknown>"] as const;

export interface Vocabulary {
  /** Numbers in use, padding and unknown included: the rows of an embedding. */
  readonly size: number;
  /** The number of every word, `UNKNOWN` for words that are not in the vocabulary. */
  readonly encode: (words: readonly string[]) => Int32Array;
  /** The word of a number. Throws a RangeError for a number that is none of the vocabulary's. */
  readonly word: (id: number) => string;
  /** What `vocabularyFromJson` takes. */
  readonly toJSON: () => VocabularyJson;
}

export interface VocabularyJson {
  readonly format: "fenchel-vocabulary";
  readonly version: 1;
  /** In the order of their numbers, from 2. */
  readonly words: readonly string[];
}

export interface VocabularyOptions {
  /** Most words kept, padding and unknown left out; default 20,000. */
  readonly maxSize?: number;
  /** Fewest occurrences of a word that is kept; default 2. */
  readonly minCount?: number;
}

function fromWords(words: readonly string[]): Vocabulary {
  const numbers = new Map(words.map((word, index) => [word, index + SPECIAL.length]));
  const size = words.length + SPECIAL.length;
  return {
    size,
    encode: (text) => Int32Array.from(text, (word) => numbers.get(word) ?? UNKNOWN),
    word: (id) => {
      const found = SPECIAL[id] ?? words[id - SPECIAL.length];
      if (found === undefined) throw new RangeError(`id must be a whole number from 0 to ${size - 1}, got ${id}`);
      return found;
    },
    toJSON: () => ({ format: "fenchel-vocabulary", version: 1, words }),
  };
}

/**
 * The most frequent words of `texts`, by falling frequency and alphabetically within one: equal texts give equal numbers.
 *
 * @example
 * const vocabulary = buildVocabulary([["a", "rose", "is", "a", "rose"]], { minCount: 2 });
 * vocabulary.encode(["a", "rose", "is"]); // Int32Array [2, 3, 1]
 */
export function buildVocabulary(texts: Iterable<readonly string[]>, options: VocabularyOptions = {}): Vocabulary {
  const { maxSize = 20_000, minCount = 2 } = options;
  if (!Number.isInteger(maxSize) || maxSize < 1)
    throw new RangeError(`maxSize must be a whole number from 1, got ${maxSize}`);
  if (!Number.isInteger(minCount) || minCount < 1)
    throw new RangeError(`minCount must be a whole number from 1, got ${minCount}`);
  const counts = new Map<string, number>();
  for (const words of texts) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const kept = Array.from(counts).filter(([, count]) => count >= minCount);
  kept.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return fromWords(kept.slice(0, maxSize).map(([word]) => word));
}

/**
 * The vocabulary that `toJSON` described; `where` names its file in errors.
 * @throws DataError when `json` is not such a description.
 */
export function vocabularyFromJson(json: unknown, where = "vocabulary"): Vocabulary {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new DataError(`${where}: expected an object, got ${describe(json)}`);
  const { format, version, words } = json as Partial<Record<keyof VocabularyJson, unknown>>;
  if (format !== "fenchel-vocabulary")
    throw new DataError(`${where}: expected format "fenchel-vocabulary", got ${describe(format)}`);
  if (version !== 1)
    throw new DataError(
      `${where}: expected version 1, got ${describe(version)}; was it written by a newer fenchel-lab?`,
    );
  if (!Array.isArray(words)) throw new DataError(`${where}: expected a list of words, got ${describe(words)}`);
  const seen = new Set<unknown>();
  for (const [index, word] of words.entries()) {
    if (typeof word !== "string" || word === "")
      throw new DataError(`${where}: words[${index}] must be a word, got ${describe(word)}`);
    if (seen.has(word)) throw new DataError(`${where}: words[${index}] repeats ${describe(word)}`);
    seen.add(word);
  }
  return fromWords(words as string[]);
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
