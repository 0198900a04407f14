/** The catalogue: word alignments, which the user brings. */

import { rte2AlignmentFiles, translationAlignmentFiles } from "../alignment.ts";
import { place, type DataSet } from "../kit/dataset.ts";

const ALIGNMENT_LAYOUT =
  'gzipped, tab-separated, one header line; tokens apart by blanks; "sure" and "possible" hold links such as "0-0 1-2", positions from 0';

export const alignmentSets: readonly DataSet[] = [
  {
    name: "msr-rte2",
    task: "alignment",
    title: "word alignments of RTE-2 premises and hypotheses (Brockett 2007)",
    licence: "research use",
    address: "Microsoft Research, MSR-TR-2007-77",
    files: Object.values(rte2AlignmentFiles),
    byHand: `ask for the aligned RTE-2 corpus of the report MSR-TR-2007-77; ${place(
      rte2AlignmentFiles,
      `columns id, source, target, sure, possible; ${ALIGNMENT_LAYOUT}`,
    )}`,
  },
  ...[
    {
      languages: "de-en" as const,
      title: "word alignments German to English (Vilar et al. 2006)",
      address: "https://www-i6.informatik.rwth-aachen.de/goldAlignment/",
    },
    {
      languages: "en-fr" as const,
      title: "word alignments English to French (Och and Ney 2000)",
      address: "http://web.eecs.umich.edu/~mihalcea/wpt/",
    },
    {
      languages: "ro-en" as const,
      title: "word alignments Romanian to English (Mihalcea and Pedersen 2003)",
      address: "http://web.eecs.umich.edu/~mihalcea/wpt/",
    },
  ].map(({ languages, title, address }): DataSet => {
    const file = translationAlignmentFiles[languages];
    const [source, target] = languages.split("-");
    return {
      name: `align-${languages}`,
      task: "alignment",
      title,
      licence: "shared-task data, research use",
      address,
      files: [file],
      byHand: `take the test set with its links from the address; ${place(
        { file },
        `columns ${source}, ${target}, sure, possible; ${ALIGNMENT_LAYOUT}`,
      )}`,
    };
  }),
];
