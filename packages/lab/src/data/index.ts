/** Data: the task's e-mails, the user's files, and the words and numbers they become. */

export { DataError } from "./data-error.ts";
export { readLabelledFile } from "./labelled-file.ts";
export type { LabelledFileOptions, LabelledRow } from "./labelled-file.ts";
export { chooseShownTexts, fitToShow } from "./shown-texts.ts";
export type { ShownOptions } from "./shown-texts.ts";
export { loadSpam, wordsOfMail } from "./spam.ts";
export type { SpamData, SpamOptions, SpamPreparation } from "./spam.ts";
export { buildVocabulary, PADDING, UNKNOWN, vocabularyFromJson } from "./vocabulary.ts";
export type { Vocabulary, VocabularyJson, VocabularyOptions } from "./vocabulary.ts";
export { PLACEHOLDERS, SUBJECT_END, tokenize, wordsOfText } from "./words.ts";
