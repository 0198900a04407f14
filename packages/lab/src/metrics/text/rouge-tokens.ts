/** Words as ROUGE compares them. */
import { porterStem } from "./porter-stemmer.ts";

/** Stems from `porterStem`, each worked out once. */
export function cachedStems(): (word: string) => string {
  const known = new Map<string, string>();
  return (word) => {
    let stem = known.get(word);
    if (stem === undefined) {
      stem = porterStem(word);
      known.set(word, stem);
    }
    return stem;
  };
}

/**
 * Lower-case runs of a-z and 0-9; everything else parts them. With `stem`, words of more than three letters become their stems.
 *
 * @example
 * rougeTokens("The cats' 2nd café."); // ["the", "cats", "2nd", "caf"]
 */
export function rougeTokens(text: string, stem?: (word: string) => string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stem === undefined ? words : words.map((word) => (word.length > 3 ? stem(word) : word));
}
