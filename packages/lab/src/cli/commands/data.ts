/** `fenchel data`: the data sets that there are, fetching them, and checking what is there. */
import type { Command } from "commander";
import { DataError } from "../../base/data-error.ts";
import { dataSets } from "../../datasets/catalogue.ts";
import { checkDataSet, presenceOf, type CheckedFile } from "../../datasets/kit/check.ts";
import { cacheFolder, dataFolder } from "../../datasets/kit/data-folder.ts";
import type { DataSet } from "../../datasets/kit/dataset.ts";
import { getDataSet } from "../../datasets/kit/get.ts";
import { formatBytes } from "../terminal/bench-text.ts";
import { Exit, oneLine, systemReason, UserError } from "../terminal/errors.ts";
import { unknownName } from "../terminal/suggest.ts";
import { print, warn } from "../terminal/output.ts";
import { formatDuration, makeProgress, progressBar } from "../terminal/progress.ts";
import { Interrupted, interruptible } from "../terminal/signals.ts";
import { formatTable } from "../terminal/table.ts";

interface DataOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly again?: boolean;
}

function setNamed(name: string): DataSet {
  const found = dataSets.find((set) => set.name === name);
  if (found === undefined)
    throw new UserError(
      unknownName(
        "data set",
        name,
        dataSets.map((set) => set.name),
      ),
    );
  return found;
}

/** Bytes to fetch, or null when a file's size is not published. */
function sizeOf({ fetching }: DataSet): number | null {
  const sizes = fetching?.remote.map(({ bytes }) => bytes) ?? [undefined];
  return sizes.reduce<number | null>((sum, bytes) => (sum === null || bytes === undefined ? null : sum + bytes), 0);
}

/** How the fetched files are verified. */
function verification({ fetching }: DataSet): string {
  if (fetching === undefined) return "by hand";
  return fetching.remote.every(({ checksum }) => checksum !== undefined) ? "known" : "first download";
}

function whereabouts(set: DataSet, folder: string): string {
  const { there, missing } = presenceOf(set, folder);
  if (missing.length === 0) return set.optional === undefined ? "there" : `there (${there.length} files)`;
  return there.length === 0 ? "missing" : `${missing.length} of ${set.files.length} files missing`;
}

async function list({ dataDir, json }: DataOptions): Promise<void> {
  const folder = dataFolder(dataDir);
  if (json === true) {
    const rows = dataSets.map((set) => ({
      name: set.name,
      task: set.task,
      title: set.title,
      licence: set.licence,
      address: set.address,
      bytes: sizeOf(set),
      downloads: set.fetching?.remote ?? [],
      ...(set.byHand === undefined ? {} : { byHand: set.byHand }),
      ...(set.note === undefined ? {} : { note: set.note }),
      ...presenceOf(set, folder),
    }));
    await print(`${JSON.stringify({ folder, sets: rows }, null, 2)}\n`);
    return;
  }
  const rows = dataSets.map((set) => [
    set.name,
    set.task,
    whereabouts(set, folder),
    sizeOf(set) === null ? "?" : formatBytes(sizeOf(set)),
    verification(set),
    set.licence,
    set.title,
    set.address,
  ]);
  const heading = ["name", "task", "files", "download", "checksum", "licence", "what", "address"];
  await print(`${formatTable(heading, rows)}\nData folder: ${folder}\n`);
}

function checkedLine({ path, rows, sha256 }: CheckedFile): string {
  return `${path}  ${rows} rows  ${sha256}`;
}

/** Live lines for the files of a set. */
function showFetching(set: DataSet) {
  const progress = makeProgress(process.stderr);
  const files = set.fetching?.remote.length ?? 0;
  let start = performance.now();
  let first: { readonly index: number; readonly received: number } | undefined;
  let shown = -Infinity;
  return {
    ...progress,
    at({ index, received, total }: { index: number; received: number; total: number | undefined }) {
      if (first?.index !== index) {
        start = performance.now();
        first = { index, received };
        shown = -Infinity;
      }
      // Chunks come by the thousand; nobody reads more than a few lines a second.
      if (performance.now() - shown < 100 && received !== total) return;
      shown = performance.now();
      const seconds = (performance.now() - start) / 1000;
      const speed = seconds < 0.5 ? 0 : (received - first.received) / seconds;
      const file = files === 1 ? set.name : `${set.name} ${index + 1}/${files}`;
      const share = total === undefined ? undefined : Math.min(1, received / Math.max(1, total));
      const size = `${formatBytes(received)}${total === undefined ? "" : ` of ${formatBytes(total)}`}`;
      const rate = speed === 0 ? "" : `  ${formatBytes(speed)}/s`;
      const left = speed === 0 || total === undefined ? "" : `  ${formatDuration((total - received) / speed)} to go`;
      const plain = `${file}  ${size}${rate}${left}`;
      progress.show([share === undefined ? plain : `${plain}  ${progressBar(share)}`], plain);
    },
  };
}

async function getOne(set: DataSet, folder: string, again: boolean, signal: AbortSignal): Promise<void> {
  const progress = showFetching(set);
  try {
    const files = await getDataSet(set, folder, {
      signal,
      again,
      onProgress: progress.at,
      onStep: (step) => progress.show([`${set.name}: ${step}`], `${set.name}: ${step}`),
      onFetched({ url, checksum }, { bytes, sha256, trust }) {
        const sure = {
          known: checksum !== undefined && "gitBlob" in checksum ? "as committed" : "as published",
          "as before": "as at the first download",
          "first download": "first download: recorded, and compared from now on",
        }[trust];
        progress.log(`${url}  ${formatBytes(bytes)}  SHA-256 ${sha256} (${sure})`);
      },
    });
    progress.end();
    if (files.length === 0) await print(`${set.name}: there already, in ${folder}\n`);
    else await print(`${files.map(checkedLine).join("\n")}\n`);
    if (files.length > 0 && set.note !== undefined) await print(`${set.name}: ${set.note}\n`);
  } finally {
    progress.end();
  }
}

/** What a failed call of the file system means for a download. */
function diskFault(error: unknown, folder: string): unknown {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = systemReason(inner);
  if (reason === null) return error;
  const { path } = inner as NodeJS.ErrnoException;
  return new UserError(`cannot write ${path ?? folder}: ${reason}; what has come is kept`);
}

async function get(names: readonly string[], { dataDir, again = false }: DataOptions): Promise<void> {
  const sets = names.map(setNamed);
  const folder = dataFolder(dataDir);
  let byHand = false;
  try {
    await interruptible(async (signal) => {
      for (const set of sets) {
        if (set.fetching === undefined) {
          byHand = true;
          const { there, missing } = presenceOf(set, folder);
          if (missing.length === 0) await print(`${set.name}: there already, ${there.length} files in ${folder}\n`);
          else await print(`${set.name} (${set.licence}): ${set.byHand}\n  ${set.address}\n  data folder: ${folder}\n`);
        } else await getOne(set, folder, again, signal);
      }
    });
  } catch (error) {
    if (error instanceof Interrupted) {
      warn("fenchel: stopped; the same command goes on with what has come");
      throw new Exit(error.code);
    }
    throw diskFault(error, folder);
  }
  if (byHand && sets.some((set) => set.fetching === undefined && presenceOf(set, folder).missing.length > 0))
    throw new Exit(1);
}

async function check(names: readonly string[], { dataDir }: DataOptions): Promise<void> {
  const folder = dataFolder(dataDir);
  const sets =
    names.length > 0 ? names.map(setNamed) : dataSets.filter((set) => presenceOf(set, folder).there.length > 0);
  if (sets.length === 0)
    throw new DataError(`${folder}: no data set is there; see fenchel data list and fenchel data get`);
  let faults = 0;
  const progress = makeProgress(process.stderr);
  const begun = performance.now();
  for (const [s, set] of sets.entries()) {
    const lines: string[] = [];
    const at = () => {
      const line = `checking ${set.name}, ${s + 1} of ${sets.length}: ${lines.length} of ${set.files.length} files`;
      // Nobody waits for the first second, and small sets are read in less.
      if (performance.now() - begun > 1000 || process.stderr.isTTY) progress.show([line], line);
    };
    at();
    checkDataSet(set, folder, {
      onFile: (file) => {
        lines.push(checkedLine(file));
        at();
      },
      onFault: (fault) => {
        faults++;
        progress.log(`fenchel: ${set.name}: ${oneLine(fault)}`);
      },
    });
    progress.end();
    if (lines.length > 0) await print(`${lines.join("\n")}\n`);
  }
  if (faults > 0) throw new Exit(1);
}

/** Adds the command to the program. */
export function addDataCommand(program: Command): void {
  const data = program
    .command("data")
    .summary("list, fetch and check the data sets")
    .description("The data sets of the tasks: where they come from, fetching them, and checking what is there.")
    .addHelpText(
      "after",
      `
Data lie in the folder named by --data-dir, else by the variable FENCHEL_DATA, else in the cache folder
(${cacheFolder()}).

Examples:
  fenchel data list
  fenchel data get imdb multi30k
  fenchel data check --data-dir ~/corpora`,
    );
  const where = "folder of the data sets (default FENCHEL_DATA, then the cache folder that fenchel data --help names)";
  const folderOption = ["--data-dir <folder>", where] as const;
  data
    .command("list")
    .summary("every data set: task, licence, size, address, and whether it is there")
    .option(...folderOption)
    .option("--json", "print JSON")
    .addHelpText("after", "\nExamples:\n  fenchel data list\n  fenchel data list --json --data-dir ~/corpora")
    .action(list);
  data
    .command("get")
    .summary("fetch, verify and convert data sets; goes on where a call before was stopped")
    .argument("<name...>", "data sets, as fenchel data list names them")
    .option(...folderOption)
    .option("--again", "fetch anew what is there already")
    .addHelpText(
      "after",
      "\nExamples:\n  fenchel data get imdb multi30k\n  fenchel data get easy-vqa --data-dir ~/corpora",
    )
    .action(get);
  data
    .command("check")
    .summary("read every row; exit code 1 when something is wrong")
    .argument("[name...]", "data sets; default all that are there")
    .option(...folderOption)
    .addHelpText("after", "\nExamples:\n  fenchel data check\n  fenchel data check imdb --data-dir ~/corpora")
    .action(check);
}
