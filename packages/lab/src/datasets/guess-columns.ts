/** Text and label columns of a user's table: named, else guessed from the columns' names, else from what they hold. */

import { DataError } from "../base/data-error.ts";
import { quote } from "../base/text-file.ts";

/** A column, and whether the user named it, or its name or its content told its role. */
export interface ChosenColumn {
  readonly name: string;
  readonly index: number;
  readonly by: "user" | "name" | "content";
}

export interface ColumnGuess {
  /** One column of texts, two for pairs of texts, none where there is none. */
  readonly text: readonly ChosenColumn[];
  readonly label: ChosenColumn | null;
}

export interface ColumnNames {
  /** Name of the column of texts, or of both for pairs. */
  readonly text?: string | readonly [string, string];
  readonly label?: string;
}

const TEXT_PAIRS = [
  ["premise", "hypothesis"],
  ["sentence1", "sentence2"],
  ["question1", "question2"],
  ["text1", "text2"],
  ["sentencea", "sentenceb"],
  ["texta", "textb"],
] as const;
const TEXT_NAMES = "text sentence review content body message comment document tweet utterance description".split(" ");
const LABEL_NAMES = "label labels goldlabel class category target sentiment intent topic rating stars".split(" ");

/** Names of columns that number the rows. */
const ROW_IDS = /(?:^|[^\p{L}])(?:id|index|key)$/iu;
/** Classes that a column of labels has at most, where only its content tells. */
const MOST_CLASSES = 50;

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** What a column holds: mean length, share of numbers, different values. */
function contentOf(cells: readonly string[]) {
  const filled = cells.filter((cell) => cell.trim() !== "");
  return {
    length: filled.reduce((sum, { length }) => sum + length, 0) / Math.max(1, filled.length),
    numeric: filled.length === 0 || filled.filter((cell) => !Number.isNaN(Number(cell))).length > filled.length / 2,
    gaps: filled.length < cells.length,
    values: new Set(filled).size,
  };
}

/**
 * The columns of texts and labels.
 *
 * Names that people give such columns decide ("text", "review", "label", "class" ...; "premise" and "hypothesis" are a pair). Else the
 * text is the column of the longest cells that are neither numbers nor identifiers, and the label the column of the fewest values, at least 2 and at most 50,
 * that is filled in every row.
 * @param rows some rows of the table, as many as there are for small ones.
 * @param where file and line of the names, for errors.
 * @throws DataError for a name that no column has, or two.
 */
export function guessColumns(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { text, label }: ColumnNames = {},
  where = "table",
): ColumnGuess {
  const named = (name: string, option: string): ChosenColumn => {
    const index = columns.indexOf(name);
    if (index < 0)
      throw new DataError(
        `${where}: no column "${name}"; the columns are ${columns.map(quote).join(", ")} (name yours with ${option})`,
      );
    if (columns.includes(name, index + 1)) throw new DataError(`${where}: two columns are named "${name}"`);
    return { name, index, by: "user" };
  };
  const givenTexts = (typeof text === "string" ? [text] : (text ?? [])).map((name) => named(name, "--text-column"));
  const givenLabel = label === undefined ? null : named(label, "--label-column");

  const names = columns.map(plain);
  const taken = new Set([...givenTexts, ...(givenLabel === null ? [] : [givenLabel])].map(({ index }) => index));
  const byName = (wanted: string): number => names.findIndex((name, index) => name === wanted && !taken.has(index));
  const chosen = (index: number, by: ChosenColumn["by"]): ChosenColumn => {
    taken.add(index);
    return { name: columns[index]!, index, by };
  };
  const firstOf = (known: readonly string[]): ChosenColumn | null => {
    const index = known.map(byName).find((found) => found >= 0);
    return index === undefined ? null : chosen(index, "name");
  };
  const pair = TEXT_PAIRS.map((both) => both.map(byName)).find((both) => both.every((index) => index >= 0));

  let texts = givenTexts;
  if (texts.length === 0 && pair !== undefined) texts = pair.map((index) => chosen(index, "name"));
  if (texts.length === 0) texts = [firstOf(TEXT_NAMES)].filter((found) => found !== null);
  let labels = givenLabel ?? firstOf(LABEL_NAMES);

  const contents = columns.map((_, index) => contentOf(rows.map((row) => row[index] ?? "")));
  const free = () => columns.map((_, index) => index).filter((index) => !taken.has(index));
  if (texts.length === 0) {
    const [longest] = free()
      .filter((index) => !contents[index]!.numeric && !ROW_IDS.test(columns[index]!))
      .sort((a, b) => contents[b]!.length - contents[a]!.length);
    if (longest !== undefined) texts = [chosen(longest, "content")];
  }
  if (labels === null) {
    const most = Math.min(MOST_CLASSES, Math.max(2, rows.length / 2));
    const [fewest] = free()
      .filter((index) => !contents[index]!.gaps && contents[index]!.values >= 2 && contents[index]!.values <= most)
      .sort((a, b) => contents[a]!.values - contents[b]!.values || b - a);
    if (fewest !== undefined) labels = chosen(fewest, "content");
  }
  return { text: texts, label: labels };
}
