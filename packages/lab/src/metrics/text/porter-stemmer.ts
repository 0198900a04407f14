/** Porter's stemmer with the extensions that NLTK uses by default, and so the rouge_score package. */

/** Words that the rules would spoil. */
const IRREGULAR = new Map([
  ["sky", "sky"],
  ["skies", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** Whether every letter is a consonant: no vowel, and no y after a consonant. */
function consonantsOf(word: string): boolean[] {
  const consonants: boolean[] = [];
  for (let i = 0; i < word.length; i++) {
    const letter = word[i]!;
    consonants.push(letter === "y" ? i === 0 || !consonants[i - 1]! : !"aeiou".includes(letter));
  }
  return consonants;
}

/** m of Porter's form [C](VC)^m[V]: how often a consonant follows a vowel. */
function measure(stem: string): number {
  const consonants = consonantsOf(stem);
  let m = 0;
  for (let i = 1; i < consonants.length; i++) if (consonants[i]! && !consonants[i - 1]!) m++;
  return m;
}

const hasVowel = (stem: string): boolean => consonantsOf(stem).includes(false);

function endsInDoubleConsonant(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && consonantsOf(word).at(-1)!;
}

/** Ends consonant, vowel, consonant, the last not w, x or y; or is just a vowel and a consonant. */
function endsShort(word: string): boolean {
  const consonants = consonantsOf(word);
  if (word.length === 2) return !consonants[0]! && consonants[1]!;
  const [a, b, c] = consonants.slice(-3);
  return word.length > 2 && a! && !b! && c! && !"wxy".includes(word.at(-1)!);
}

/** Endings and what replaces them. */
type Rules = readonly (readonly [ending: string, replacement: string])[];

/** Applies the first rule whose ending the word has; a stem with too small a measure keeps its ending. */
function applied(word: string, rules: Rules, above: number): string {
  for (const [ending, replacement] of rules) {
    if (!word.endsWith(ending)) continue;
    const stem = word.slice(0, word.length - ending.length);
    return measure(stem) > above ? stem + replacement : word;
  }
  return word;
}

function withoutPlural(word: string): string {
  if (word.endsWith("ies")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("sses")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

function withoutPast(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const ending = ["ed", "ing"].find((some) => word.endsWith(some) && hasVowel(word.slice(0, -some.length)));
  if (ending === undefined) return word;
  const stem = word.slice(0, -ending.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return "lsz".includes(stem.at(-1)!) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

/** -y after a consonant becomes -i, but not in words such as "by". */
function withI(word: string): string {
  const stem = word.slice(0, -1);
  return word.endsWith("y") && stem.length > 1 && consonantsOf(stem).at(-1)! ? `${stem}i` : word;
}

const DOUBLE_ENDINGS: Rules = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["fulli", "ful"],
];

function withoutDoubleEnding(word: string): string {
  if (word.endsWith("alli") && measure(word.slice(0, -4)) > 0) return withoutDoubleEnding(word.slice(0, -2));
  // The l of -logi counts with the stem, so that "geologi" has one.
  if (word.endsWith("logi")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  return applied(word, DOUBLE_ENDINGS, 0);
}

const INNER_ENDINGS: Rules = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];

const OUTER_ENDINGS: Rules = "al ance ence er ic able ible ant ement ment ent ou ism ate iti ous ive ize"
  .split(" ")
  .map((ending) => [ending, ""]);

function withoutOuterEnding(word: string): string {
  if (word.endsWith("ion")) {
    const stem = word.slice(0, -3);
    return measure(stem) > 1 && "st".includes(stem.at(-1)!) ? stem : word;
  }
  return applied(word, OUTER_ENDINGS, 1);
}

function tidied(word: string): string {
  let tidy = word;
  if (tidy.endsWith("e")) {
    const stem = tidy.slice(0, -1);
    const m = measure(stem);
    if (m > 1 || (m === 1 && !endsShort(stem))) tidy = stem;
  }
  return tidy.endsWith("ll") && measure(tidy.slice(0, -1)) > 1 ? tidy.slice(0, -1) : tidy;
}

/**
 * The stem of a lower-case English word: Porter's rules with the irregular words and changed rules that NLTK's stemmer has by
 * default (its mode NLTK_EXTENSIONS), which the rouge_score package scores with. Linear in the word.
 *
 * Porter, "An algorithm for suffix stripping" (1980).
 *
 * @example
 * porterStem("relational"); // "relat"
 */
export function porterStem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  const base = withoutDoubleEnding(withI(withoutPast(withoutPlural(word))));
  return tidied(withoutOuterEnding(applied(base, INNER_ENDINGS, 0)));
}
