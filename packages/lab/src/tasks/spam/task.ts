/** The tasks that models are trained on: where their data comes from and how a text of the user's becomes words. */
import { loadSpam, wordsOfMail, wordsOfText } from "../../data/index.ts";
import type { ClassificationData } from "../run-types.ts";

export interface SpamTask {
  readonly name: string;
  /** What the texts are, in one line. */
  readonly description: string;
  /** Mappings and number of seeds of a comparison, when none are asked for. */
  readonly mappings: readonly string[];
  readonly seeds: number;
  load(maxWords: number): Promise<ClassificationData>;
  /** The words of a text that a user gives; `whole` when it is a document as the data set holds them. */
  wordsOf(text: Uint8Array, maxWords: number): string[];
}

/** An e-mail as it travelled begins with header lines, or with the line that mbox files put before them. */
const headerStart =
  /^(From .*\r?\n)?[A-Za-z][A-Za-z0-9-]*:[ \t].*\r?\n(?:[ \t].*\r?\n)*(?:[A-Za-z][A-Za-z0-9-]*:|\r?\n)/;

const spam: SpamTask = {
  name: "spam",
  description: "SpamAssassin public corpus: subject and start of the body of real e-mail",
  mappings: ["softmax", "sparsemax", "fusedmax", "oscarmax"],
  seeds: 3,
  load: (maxWords) => loadSpam({ maxWords }),
  wordsOf: (bytes, maxWords) => {
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
    if (headerStart.test(text)) return wordsOfMail(bytes, { maxWords });
    return wordsOfText(new TextDecoder().decode(bytes), maxWords).slice(0, maxWords);
  },
};

/** Every task by its name. */
export const spamTasks: readonly SpamTask[] = [spam];
