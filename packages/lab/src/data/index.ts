/** Data: the task's e-mails, the user's files, and the words and numbers they become. */

export { DataError } from "../base/data-error.ts";
export { readLabelledFile } from "../datasets/labelled-file.ts";
export type { LabelledFileOptions, LabelledRow } from "../datasets/labelled-file.ts";
export { chooseShownTexts, fitToShow } from "../tasks/spam/examples.ts";
export type { ShownOptions } from "../tasks/spam/examples.ts";
export { loadSpam, wordsOfMail } from "../datasets/spam-assassin.ts";
export type { SpamData, SpamOptions, SpamPreparation } from "../datasets/spam-assassin.ts";
export { buildVocabulary, PADDING, UNKNOWN, vocabularyFromJson } from "../text/vocabulary.ts";
export type { Vocabulary, VocabularyJson, VocabularyOptions } from "../text/vocabulary.ts";
export { PLACEHOLDERS, SUBJECT_END, tokenize, wordsOfText } from "../text/tokenize.ts";
