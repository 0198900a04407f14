/** A data folder with an SNLI of a few pairs, for commands that train. */
import { putTable, temporaryFolder } from "../datasets/fixtures.ts";

type Table = readonly (readonly (string | number)[])[];

export const SNLI = ["label", "premise", "hypothesis", "pair_id"];
const THINGS = ["ball", "house", "horse", "tree"];
const COLOURS = ["red", "blue", "green"];

/** A thing of a colour: said again, said of another thing, or with another colour. */
export function snliRows(count: number, from: number): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const at = from + i;
    const [colour, thing] = [COLOURS[at % 3]!, THINGS[at % 4]!];
    const [label, said] = [
      ["entailment", `${colour} ${thing}`],
      ["neutral", `${colour} ${THINGS[(at + 1) % 4]!}`],
      ["contradiction", `${COLOURS[(at + 1) % 3]!} ${thing}`],
    ][(at >> 2) % 3]!;
    return [label!, `A man sees a ${colour} ${thing} today .`, `A ${said!} .`, `p${at}`];
  });
}

const snliFiles = { first: "snli_train_first1022", dev: "snli_dev", test: "snli_test" } as const;

/** SNLI's files for the reduced protocol, with rows of the test's own after those of every file. */
export function snliFolder(more: Partial<Record<keyof typeof snliFiles, Table>> = {}, rows = snliRows): string {
  const folder = temporaryFolder();
  const counts = { first: 40, dev: 840, test: 24 };
  for (const [name, file] of Object.entries(snliFiles)) {
    const own = name as keyof typeof snliFiles;
    putTable(folder, `entailment/${file}.tsv.gz`, [SNLI, ...rows(counts[own], 1000), ...(more[own] ?? [])]);
  }
  return folder;
}
