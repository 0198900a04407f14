/**
 * Sentence pairs of the package `typescript` (Apache-2.0): the messages of its compiler in English and in the languages of its lib folder.
 * One key names a message in all of them.
 *
 * Messages often differ in a word or two. Near-duplicates (near-duplicates.ts), on either side of a pair, form a group; a group stays on
 * one side of the split. Exact copies count once; messages that were left untranslated do not count.
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DataError } from "../base/data-error.ts";
import { splitTokens } from "../text/tokenizer.ts";
import { packageFile, packageFolder } from "./kit/data-package.ts";
import type { DataSet } from "./kit/dataset.ts";
import { splitGroups } from "./kit/grouped-split.ts";
import { createGroups, nearDuplicatePairs } from "./kit/near-duplicates.ts";

export interface CompilerMessagesOptions {
  /** Language translated from: "en", or one of the package's locales, such as "de". */
  readonly source: string;
  /** Language translated into. */
  readonly target: string;
  /** The folder of the package; default: where npm installed it. */
  readonly folder?: string;
}

/** One message in two languages. */
export interface SentencePair {
  /** The compiler's key, such as "Cannot_find_name_0_2304". */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly sourceTokens: readonly string[];
  readonly targetTokens: readonly string[];
}

/** Counts of the preparation from messages to pairs. */
export interface MessagePreparation {
  /** Messages that both languages have. */
  readonly messages: number;
  readonly untranslated: number;
  readonly copies: number;
  readonly nearDuplicatePairs: number;
  readonly groups: number;
  readonly largestGroup: number;
}

export interface TranslationData {
  readonly source: string;
  readonly target: string;
  readonly train: readonly SentencePair[];
  readonly dev: readonly SentencePair[];
  readonly test: readonly SentencePair[];
  /** SHA-256 of all pairs in their splits. */
  readonly checksum: string;
  /** Source of the sentences, with its licence. */
  readonly origin: { readonly package: string; readonly version: string; readonly licence: string };
  /** The group of every pair, by its id. */
  readonly groups: ReadonlyMap<string, number>;
  readonly preparation: MessagePreparation;
}

const SHARES = [0.8, 0.1, 0.1] as const;
/** Jaccard similarity of the sets of three neighbouring tokens from which two messages are near-duplicates. */
export const MESSAGE_SIMILARITY = 0.5;
/** The compiler's own language, whose messages are in its program. */
const ENGLISH = "en";
const MESSAGES_FILE = "diagnosticMessages.generated.json";

type Messages = ReadonlyMap<string, string>;

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${(error as Error).message}); reinstall typescript`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The compiler's English messages, which its module exports though its types do not say so. */
function englishMessages(folder: string): Messages {
  const path = join(folder, "lib", "typescript.js");
  let loaded: unknown;
  try {
    loaded = createRequire(import.meta.url)(path);
  } catch (error) {
    throw new DataError(`${path}: cannot be loaded (${(error as Error).message}); reinstall typescript`);
  }
  const diagnostics = isRecord(loaded) ? loaded["Diagnostics"] : undefined;
  if (!isRecord(diagnostics)) throw new DataError(`${path}: holds no messages; npm install typescript@6`);
  const messages = new Map<string, string>();
  for (const [name, diagnostic] of Object.entries(diagnostics)) {
    const { key, message } = isRecord(diagnostic) ? diagnostic : {};
    if (typeof key !== "string" || typeof message !== "string")
      throw new DataError(`${path}: Diagnostics.${name} has no key and message; npm install typescript@6`);
    messages.set(key, message);
  }
  return messages;
}

/** The package's languages, English first. */
function languagesOf(folder: string): string[] {
  const path = join(folder, "lib");
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${(error as Error).message}); reinstall typescript`);
  }
  return [ENGLISH, ...names.filter((name) => existsSync(join(path, name, MESSAGES_FILE))).sort()];
}

function readMessages(folder: string, language: string): Messages {
  if (language === ENGLISH) return englishMessages(folder);
  const path = join(folder, "lib", language, MESSAGES_FILE);
  const json = readJson(path);
  if (!isRecord(json)) throw new DataError(`${path}: expected an object of messages`);
  return new Map(
    Object.entries(json).map(([key, text]) => {
      if (typeof text !== "string") throw new DataError(`${path}: the message ${key} is no text`);
      return [key, text];
    }),
  );
}

/** Messages in both languages, in the order of the source. */
function pairMessages(sources: Messages, targets: Messages) {
  const pairs: SentencePair[] = [];
  const seen = new Set<string>();
  let messages = 0;
  let untranslated = 0;
  let copies = 0;
  for (const [id, given] of sources) {
    const found = targets.get(id);
    if (found === undefined) continue;
    messages++;
    const [source, target] = [given.trim(), found.trim()];
    const copyKey = JSON.stringify([source, target]);
    if (source === target) untranslated++;
    else if (seen.has(copyKey)) copies++;
    else {
      seen.add(copyKey);
      pairs.push({ id, source, target, sourceTokens: splitTokens(source), targetTokens: splitTokens(target) });
    }
  }
  return { pairs, messages, untranslated, copies };
}

function checksumOf(splits: readonly (readonly SentencePair[])[]): string {
  const hash = createHash("sha256");
  for (const pairs of splits) {
    hash.update(JSON.stringify(pairs.map(({ id, source, target }) => [id, source, target])));
    hash.update("\n");
  }
  return hash.digest("hex");
}

/**
 * Aligned sentence pairs, 80 % train, 10 % dev, 10 % test, with no near-duplicate across.
 *
 * One version of the package and one pair of languages give equal data on every machine; `checksum` says so. About a second; opens no
 * connection.
 * @throws RangeError for a language that the package does not have, or twice the same one.
 * @throws DataError when the package is not there or cannot be read.
 *
 * @example
 * const { train } = loadCompilerMessages({ source: "de", target: "en" });
 */
export function loadCompilerMessages(options: CompilerMessagesOptions): TranslationData {
  const { source, target, folder = packageFolder("typescript", "typescript@6") } = options;
  const languages = languagesOf(folder);
  for (const [name, language] of Object.entries({ source, target })) {
    if (!languages.includes(language))
      throw new RangeError(`${name} is ${JSON.stringify(language)}: it must be one of ${languages.join(", ")}`);
  }
  if (source === target)
    throw new RangeError(`target is ${JSON.stringify(target)}, as source is: two languages are needed`);
  const described = readJson(join(folder, "package.json"));
  const version = isRecord(described) ? String(described["version"]) : "unknown";

  const { pairs, ...counts } = pairMessages(readMessages(folder, source), readMessages(folder, target));
  if (pairs.length === 0) throw new DataError(`${folder}: no message is translated from ${source} into ${target}`);

  const groups = createGroups(pairs.length);
  const alike = (["sourceTokens", "targetTokens"] as const).flatMap((side) =>
    nearDuplicatePairs(
      pairs.map((pair) => pair[side]),
      { shingle: 3, similarity: MESSAGE_SIMILARITY },
    ),
  );
  for (const [a, b] of alike) groups.unite(a, b);
  const { groupCount, largestGroup, ...splits } = splitGroups(pairs, groups, SHARES);
  return {
    source,
    target,
    ...splits,
    checksum: checksumOf([splits.train, splits.dev, splits.test]),
    origin: { package: "typescript", version, licence: "Apache-2.0" },
    preparation: {
      ...counts,
      nearDuplicatePairs: new Set(alike.map(([a, b]) => a * pairs.length + b)).size,
      groups: groupCount,
      largestGroup,
    },
  };
}

export const tsDiagnostics: DataSet = {
  name: "ts-diagnostics",
  task: "translation",
  title: "messages of the TypeScript compiler in fourteen languages",
  licence: "Apache-2.0",
  address: "https://github.com/microsoft/TypeScript",
  files: [
    packageFile("typescript", () => {
      const { train, dev, test, checksum } = loadCompilerMessages({ source: "de", target: "en" });
      return { rows: [...train, ...dev, ...test], sha256: checksum };
    }),
  ],
  manual: "npm install typescript@6",
  note: "rows and checksum are those of German to English",
};
