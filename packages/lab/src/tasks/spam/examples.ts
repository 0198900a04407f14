/** Chooses the e-mails that a report shows: short enough to read, of every label, the same for every run, fit for any reader. */

import { createHash } from "node:crypto";
import type { LabelledText } from "../../datasets/spam-assassin.ts";
import { PLACEHOLDERS, SUBJECT_END } from "../../text/tokenize.ts";

/** Starts of words by which adult, drug and abusive mail is left out of shown examples; it stays in the data. */
const UNFIT =
  /^(?:sex|porn|xxx|adult|erot|nude|naked|penis|penile|viagra|cialis|libido|lust|orgasm|fetish|virgin|lolita|incest|rape|horny|slut|whore|bitch|fuck|f\*|shit|cock|dick|pussy|cunt|tits|boob|breast|cum$|cums|anal$|oral$|masturb|erect|ejacul|impoten|seduc|escort|lesbian|gay$|gays$|teens?$|webcam|hgh|steroid|drug|cocaine|heroin|marijuana|cannabis|suicid|murder|kill|terroris|nazi|nigg|fag|holocaust|pedo|paedo|child$|kids$|hardcore|swinger|playboy|bondage|wives|singles?$|dating|ass$|asshole|bastard|damn|crap|piss|explicit|uncensored|endow|hammer|inches|jew|muslim|islam|christ)/;

/** True when a text can be shown to anybody: no word of it is on the stop list. */
export function fitToShow(words: readonly string[]): boolean {
  return !words.some((word) => UNFIT.test(word));
}

/** Words that a reader knows; rules, code and foreign scripts make poor pictures. */
function isPlain(words: readonly string[]): boolean {
  const body = words.slice(words.indexOf(SUBJECT_END) + 1);
  const subject = words.indexOf(SUBJECT_END);
  const letters = words.filter((word) => /^[a-z][a-z'-]*$/.test(word)).length;
  const hidden = words.filter((word) => (Object.values(PLACEHOLDERS) as string[]).includes(word)).length;
  return subject >= 2 && body.length >= 12 && letters >= 0.72 * words.length && hidden <= 3;
}

/** Two versions of one bulk mail side by side teach nothing. */
function alike(a: LabelledText, b: LabelledText): boolean {
  const [wordsA, wordsB] = [new Set(a.words), new Set(b.words)];
  const common = Array.from(wordsA).filter((word) => wordsB.has(word)).length;
  return common > 0.4 * Math.min(wordsA.size, wordsB.size) && common >= 10;
}

export interface ShownOptions {
  readonly count: number;
  /** Lengths between which a text is comfortable to read in a picture; default 22 and 64 words. */
  readonly fewest?: number;
  readonly most?: number;
}

/**
 * `count` texts, the labels taking turns, in an order that depends on the texts' names only. Where there are too few plain, fit texts
 * of a comfortable length, the nearest longer ones follow, then none: the result may be shorter than `count`.
 */
export function chooseShownTexts(texts: readonly LabelledText[], options: ShownOptions): LabelledText[] {
  const { count, fewest = 22, most = 64 } = options;
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`count must be a whole number from 0, got ${count}`);
  const fit = texts.filter(({ words }) => words.length > 0 && fitToShow(words));
  const rank = ({ words }: LabelledText): number =>
    words.length >= fewest && words.length <= most && isPlain(words) ? 0 : isPlain(words) ? 1 : 2;
  const keyed = fit.map((text) => ({
    text,
    rank: rank(text),
    key: createHash("sha256").update(text.id).digest("hex"),
  }));
  keyed.sort(
    (a, b) =>
      a.rank - b.rank || (a.rank > 0 ? a.text.words.length - b.text.words.length : 0) || (a.key < b.key ? -1 : 1),
  );
  const labels = Array.from(new Set(keyed.map(({ text }) => text.label))).sort((a, b) => b - a);
  const queues = labels.map((label) => keyed.filter((item) => item.text.label === label).map((item) => item.text));
  const chosen: LabelledText[] = [];
  while (chosen.length < count && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      let next = queue.shift();
      while (next !== undefined && chosen.some((other) => alike(next!, other))) next = queue.shift();
      if (next !== undefined && chosen.length < count) chosen.push(next);
    }
  }
  return chosen;
}
