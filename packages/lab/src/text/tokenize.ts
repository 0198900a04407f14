/** Text to the words a model reads: addresses and long numbers become placeholders, the rest lower-cased words and punctuation. */

/** Stand for what must not be shown or learnt by heart. Typed by a user they read as the same words. */
export const PLACEHOLDERS = { email: "<email>", url: "<url>", number: "<number>" } as const;

/** Separates the subject of an e-mail from its body. */
export const SUBJECT_END = "\u00b6";

const TOP_LEVEL =
  "com|net|org|edu|gov|mil|int|biz|info|name|museum|coop|aero|uk|ie|de|fr|it|es|nl|be|ch|at|au|nz|ca|us|tv|cc|ws|to|nu|fm|jp|cn|hk|tw|kr|in|ru|pl|cz|hu|se|no|fi|dk|pt|gr|br|mx|ar|za|il|sg|my|th";
const ADDRESS = /(?<![\p{L}\p{N}._%+=&'*/-])[\p{L}\p{N}._%+=&'*/-]+\s?@\s?[\p{L}\p{N}_-]+(?:\.+[\p{L}\p{N}_-]*)*/gu;
const SPOKEN_ADDRESS = new RegExp(
  `(?<![\\w.+-])[\\w.+-]+\\s*(?:\\(at\\)|\\[at\\]|\\bat\\b)\\s*(?:[\\w-]+(?:\\.|\\s*(?:\\(dot\\)|\\[dot\\]|\\bdot\\b)\\s*))+(?:${TOP_LEVEL})\\b`,
  "gi",
);
const LINK = /\b(?:https?|ftp|mailto|news|file|aim|telnet)\s?:\s?\/{0,3}[^\s<>"'()]+|\bwww\d?\.[^\s<>"'()]+/gi;
const DOMAIN = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+(?:${TOP_LEVEL})(?![\\p{L}\\p{N}])(?::\\d+)?(?:/[^\\s<>"'()]*)?`,
  "giu",
);
const NETWORK_ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:\/\S*)?/g;
/** Digit groups, with or without a country or area code, and numbers spelt with letters (1-800-...). */
const PHONE =
  /(?<![\p{L}\p{N}.])(?:(?:\+|00)\d{1,3}[ .()-]*)?(?:\(\d{1,5}\)[ .-]?|\d{2,5}[ ./-])\d{2,4}(?:[ ./-]\d{2,5}){1,3}(?![\p{L}\p{N}])|(?<![\p{L}\p{N}.])1?[ .-]?\(?8\d\d\)?[ .-]+[\p{L}\d]{3,}(?:[ .-]+[\p{L}\d]{2,4})?|(?<![\p{L}\p{N}.,$-])\d{3}-\d{4}(?![\p{L}\p{N}-])/gu;
const LONG_NUMBER =
  /(?<![\p{L}\p{N}])[#$\p{Sc}]?\d(?:[\d.,-]*\d){4,}(?![\p{L}\p{N}])|\b(?=[\p{L}\p{N}]*\d[\p{L}\p{N}]*\d[\p{L}\p{N}]*\d)[\p{L}\p{N}]{6,}\b/gu;

const digits = (text: string): number => text.replace(/\D/g, "").length;

/** Replaces addresses, links and long numbers by placeholder words and drops telephone numbers. */
export function hideAddresses(text: string): string {
  return text
    .replace(LINK, ` ${PLACEHOLDERS.url} `)
    .replace(ADDRESS, ` ${PLACEHOLDERS.email} `)
    .replace(SPOKEN_ADDRESS, ` ${PLACEHOLDERS.email} `)
    .replace(DOMAIN, ` ${PLACEHOLDERS.url} `)
    .replace(NETWORK_ADDRESS, ` ${PLACEHOLDERS.url} `)
    .replace(PHONE, (found) => (digits(found) >= 7 || /\p{L}/u.test(found) ? " " : found))
    .replace(LONG_NUMBER, (found) => (digits(found) >= 5 || /\p{L}/u.test(found) ? ` ${PLACEHOLDERS.number} ` : found));
}

/**
 * Placeholders; words with inner apostrophes and hyphens; numbers; single signs, with repeated ones kept up to three.
 * Characters of scripts without spaces are words of their own.
 */
const TOKEN =
  /<(?:email|url|number)>|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])\p{L}\p{M}*)(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}]|['-](?=\p{L}))*|\p{N}+(?:[.,:]\p{N}+)*(?:(?:st|nd|rd|th|[a-z])(?![\p{L}\p{N}]))?|([\p{P}\p{S}])\1*/gu;

const MAX_WORD = 30;

/** Lower-cased words and signs of a text, in order. Deterministic; depends on nothing but the text. */
export function tokenize(text: string): string[] {
  const normal = text
    .normalize("NFKC")
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .toLowerCase();
  const result: string[] = [];
  for (const [token, sign] of normal.matchAll(TOKEN)) {
    if (sign === undefined) {
      if (token.length <= MAX_WORD) result.push(token);
    } else if (token.length <= 3) result.push(token);
    // "!!!!!!" and "$$$$" shout, "......" trails off; longer runs of other signs are rules across the page.
    else if (/[!?$.]/.test(sign)) result.push(sign.repeat(3));
  }
  return result;
}

/** Room for the longest word and its space; what lies beyond is not looked at. */
const CHARACTERS_PER_WORD = MAX_WORD + 10;

/** The first `maxWords` words of a text, with addresses and numbers hidden. Linear in `maxWords`, however long the text is. */
export function wordsOfText(text: string, maxWords: number): string[] {
  const limit = maxWords * CHARACTERS_PER_WORD;
  // Cut between two words, lest half an address escape its placeholder.
  const start = text.length <= limit ? text : text.slice(0, limit).replace(/\S+$/, "");
  return tokenize(hideAddresses(start)).slice(0, maxWords);
}
