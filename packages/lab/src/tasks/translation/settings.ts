/** The study's settings: its languages and texts beside those of all that write sequences. */
import {
  filledSettings,
  sequenceDefaults,
  sequenceRules,
  settingsList,
  type SettingsLike,
} from "../seq2seq/settings.ts";
import type { SettingValue } from "../task.ts";

export const CORPORA = ["auto", "multi30k", "iwslt17", "messages"] as const;
export type Corpus = (typeof CORPORA)[number];

const defaults = { corpus: "auto", from: "de", to: "en", ...sequenceDefaults } as const;

export type TranslationSettings = SettingsLike<typeof defaults>;

export const translationSettings = settingsList(defaults, {
  corpus: {
    description:
      "texts: Multi30k, IWSLT'17, the compiler's messages, or (auto) Multi30k where the data folder has it, else the messages",
    among: CORPORA,
  },
  from: { description: "language translated from" },
  to: { description: "language translated into" },
  ...sequenceRules,
});

/** The settings, those that are not given as they are by default. Throws a TypeError for one of another kind. */
export const settingsOf = (given: Readonly<Record<string, SettingValue>>): TranslationSettings =>
  filledSettings(defaults, given);
