/** A film review to the words the model reads. */
import { tokenize } from "../../text/tokenize.ts";

/** The words and signs of a review, lower-cased; line breaks of its page are none. */
export function reviewWords(text: string): string[] {
  return tokenize(text.replace(/<br\s*\/?>/gi, " "));
}
