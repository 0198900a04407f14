/**
 * Sentence pairs whose words people linked: premises and hypotheses of RTE-2 (Brockett 2007), and translations from German, French and
 * Romanian (Vilar et al. 2006; Och and Ney 2000; Mihalcea and Pedersen 2003).
 */

import type { AlignmentLink } from "../base/annotations.ts";
import type { DataError } from "../base/data-error.ts";
import { filled, readSplits, tableFile, type SetFile, type Splits } from "./kit/schema.ts";

export type { AlignmentLink };

export interface AlignedPair {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Links that hold without doubt. */
  readonly sure: readonly AlignmentLink[];
  /** Links that may hold; the sure ones are among them, as the alignment error rate wants it (Och and Ney 2003). */
  readonly possible: readonly AlignmentLink[];
}

function links(
  column: string,
  text: string,
  [sourceLength, targetLength]: readonly [number, number],
  fault: (what: string) => DataError,
): AlignmentLink[] {
  if (text.trim() === "") return [];
  return text.split(" ").map((link): AlignmentLink => {
    const parts = /^(\d+)-(\d+)$/.exec(link);
    if (parts === null) throw fault(`column "${column}" must hold links such as 0-2, got ${JSON.stringify(link)}`);
    const [source, target] = [Number(parts[1]), Number(parts[2])];
    if (source >= sourceLength || target >= targetLength)
      throw fault(`column "${column}": link ${link} goes beyond ${sourceLength} and ${targetLength} words`);
    return [source, target];
  });
}

interface AlignmentTable {
  readonly set: string;
  readonly path: string;
  /** Columns of the two sentences. */
  readonly source: string;
  readonly target: string;
}

function alignmentFile({ source, target, ...file }: AlignmentTable): SetFile<AlignedPair> {
  return tableFile({
    ...file,
    byHand: true,
    columns: [source, target, "sure", "possible"] as string[],
    row: (fields, fault): AlignedPair => {
      const [from, to] = [source, target].map((name) => filled(name, fields[name]!, fault).split(" ")) as [
        string[],
        string[],
      ];
      const lengths = [from.length, to.length] as const;
      const sure = links("sure", fields.sure!, lengths, fault);
      const seen = new Set(sure.map(String));
      const others = links("possible", fields.possible!, lengths, fault).filter((link) => !seen.has(String(link)));
      return { source: from, target: to, sure, possible: [...sure, ...others] };
    },
  });
}

const rte2 = (split: string) =>
  alignmentFile({
    set: "msr-rte2",
    path: `alignment/msr_rte2_${split}.tsv.gz`,
    source: "source",
    target: "target",
  });

const translation = (set: string, source: string, target: string) =>
  alignmentFile({ set, path: `alignment/align_${source}_${target}.tsv.gz`, source, target });

export const rte2AlignmentFiles = { dev: rte2("dev"), test: rte2("test") };

export const translationAlignmentFiles = {
  "de-en": translation("align-de-en", "de", "en"),
  "en-fr": translation("align-en-fr", "en", "fr"),
  "ro-en": translation("align-ro-en", "ro", "en"),
};

export type AlignedLanguages = keyof typeof translationAlignmentFiles;

/** Links from premise (source) to hypothesis (target): 800 and 800 pairs of RTE-2. */
export function readRte2Alignments(folder: string): Splits<typeof rte2AlignmentFiles> {
  return readSplits(folder, rte2AlignmentFiles);
}

/** Links between the words of translations: 508 pairs de-en, 447 en-fr, 199 ro-en. */
export function readTranslationAlignments(
  folder: string,
  languages: AlignedLanguages,
): { readonly pairs: readonly AlignedPair[]; readonly checksum: string } {
  return readSplits(folder, { pairs: translationAlignmentFiles[languages] });
}
