/**
 * Sentence pairs with word alignments by annotators: premises and hypotheses of RTE-2 (Brockett 2007), and translations from German,
 * French and Romanian (Vilar et al. 2006; Och and Ney 2000; Mihalcea and Pedersen 2003). One format, files of the user.
 */

import type { AlignmentLink } from "../base/annotations.ts";
import { manual, type DataSet } from "./kit/dataset.ts";
import { filled, readSplits, tableFile, type Fault, type SetFile, type Splits } from "./kit/schema.ts";

export type { AlignmentLink };

export interface AlignedPair {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Links that hold without doubt. */
  readonly sure: readonly AlignmentLink[];
  /** Links that may hold; the sure ones are among them, as the alignment error rate requires (Och and Ney 2003). */
  readonly possible: readonly AlignmentLink[];
}

function links(
  column: string,
  text: string,
  [sourceLength, targetLength]: readonly [number, number],
  fault: Fault,
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

function alignmentFile(set: string, name: string, source: string, target: string): SetFile<AlignedPair> {
  return tableFile({
    set,
    manual: true,
    path: `alignment/${name}.tsv.gz`,
    columns: [source, target, "sure", "possible"] as string[],
    row: (fields, fault): AlignedPair => {
      const [from, to] = [source, target].map((column) => filled(column, fields[column]!, fault).split(" ")) as [
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

const rte2 = (split: string) => alignmentFile("msr-rte2", `msr_rte2_${split}`, "source", "target");
const translation = (source: string, target: string) =>
  alignmentFile(`align-${source}-${target}`, `align_${source}_${target}`, source, target);

export const rte2AlignmentFiles = { dev: rte2("dev"), test: rte2("test") };

export const translationAlignmentFiles = {
  "de-en": translation("de", "en"),
  "en-fr": translation("en", "fr"),
  "ro-en": translation("ro", "en"),
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

const LAYOUT =
  'gzipped, tab-separated, one header line; tokens separated by spaces; "sure" and "possible" hold links such as "0-0 1-2", positions from 0';

export const msrRte2: DataSet = {
  name: "msr-rte2",
  task: "entailment",
  title: "word alignments of RTE-2 premises and hypotheses (Brockett 2007)",
  licence: "research use",
  address: "Microsoft Research, MSR-TR-2007-77",
  files: Object.values(rte2AlignmentFiles),
  manual: manual(
    "ask for the aligned RTE-2 corpus of the report MSR-TR-2007-77",
    Object.values(rte2AlignmentFiles),
    `columns id, source, target, sure, possible; ${LAYOUT}`,
  ),
};

const WPT = "http://web.eecs.umich.edu/~mihalcea/wpt/";

export const translationAlignments: readonly DataSet[] = [
  [
    "de-en",
    "German to English (Vilar et al. 2006)",
    "https://www-i6.informatik.rwth-aachen.de/goldAlignment/",
  ] as const,
  ["en-fr", "English to French (Och and Ney 2000)", WPT] as const,
  ["ro-en", "Romanian to English (Mihalcea and Pedersen 2003)", WPT] as const,
].map(([languages, title, address]) => {
  const files = [translationAlignmentFiles[languages]];
  return {
    name: `align-${languages}`,
    task: "translation",
    title: `word alignments ${title}`,
    licence: "shared-task data, research use",
    address,
    files,
    manual: manual(
      "take the test set with its links from the address",
      files,
      `columns ${languages.replace("-", ", ")}, sure, possible; ${LAYOUT}`,
    ),
  };
});
