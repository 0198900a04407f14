/** `fenchel data`: list, download and check the data sets. */
import type { Command } from "commander";
import { DataError } from "../../base/data-error.ts";
import { dataSets } from "../../datasets/index.ts";
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
  readonly force?: boolean;
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

/** Bytes to download, or null when a file's size is not published. */
function sizeOf({ download }: DataSet): number | null {
  const sizes = download?.remote.map(({ bytes }) => bytes) ?? [undefined];
  return sizes.reduce<number | null>((sum, bytes) => (sum === null || bytes === undefined ? null : sum + bytes), 0);
}

function downloadSize(set: DataSet): string {
  const bytes = sizeOf(set);
  return set.download === undefined ? "-" : bytes === null ? "?" : formatBytes(bytes);
}

/** Source of the checksum that a download is verified by. */
function verification({ download }: DataSet): string {
  if (download === undefined) return "manual";
  return download.remote.every(({ checksum }) => checksum !== undefined) ? "published" : "first download";
}

function presenceText(set: DataSet, folder: string): string {
  const { present, missing } = presenceOf(set, folder);
  if (missing.length === 0) return set.optional === undefined ? "present" : `present (${present.length} files)`;
  return present.length === 0 ? "missing" : `${missing.length} of ${set.files.length} files missing`;
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
      downloads: set.download?.remote ?? [],
      ...(set.manual === undefined ? {} : { manual: set.manual }),
      ...(set.note === undefined ? {} : { note: set.note }),
      ...presenceOf(set, folder),
    }));
    await print(`${JSON.stringify({ folder, sets: rows }, null, 2)}\n`);
    return;
  }
  const rows = dataSets.map((set) => [
    set.name,
    set.task,
    presenceText(set, folder),
    downloadSize(set),
    verification(set),
    set.licence,
    set.title,
    set.address,
  ]);
  const heading = ["name", "task", "files", "download", "checksum", "licence", "title", "address"];
  await print(`${formatTable(heading, rows)}\nData folder: ${folder}\n`);
}

function checkedLine({ path, rows, sha256 }: CheckedFile): string {
  return `${path}  ${rows} rows  ${sha256}`;
}

/** Live progress of a set's downloads. */
function downloadProgress(set: DataSet) {
  const progress = makeProgress(process.stderr);
  const files = set.download?.remote.length ?? 0;
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

async function getOne(set: DataSet, folder: string, force: boolean, signal: AbortSignal): Promise<void> {
  const progress = downloadProgress(set);
  try {
    const files = await getDataSet(set, folder, {
      signal,
      force,
      onProgress: progress.at,
      onStep: (step) => progress.show([`${set.name}: ${step}`], `${set.name}: ${step}`),
      onFetched({ url, checksum }, { bytes, sha256, trust }) {
        const verified = {
          known: checksum !== undefined && "gitBlob" in checksum ? "as committed" : "as published",
          "as before": "as at the first download",
          "first download": "first download: recorded, later ones must have it",
        }[trust];
        progress.log(`${url}  ${formatBytes(bytes)}  SHA-256 ${sha256} (${verified})`);
      },
    });
    progress.end();
    if (files.length === 0) await print(`${set.name}: already in ${folder}\n`);
    else await print(`${files.map(checkedLine).join("\n")}\n`);
    if (files.length > 0 && set.note !== undefined) await print(`${set.name}: ${set.note}\n`);
  } finally {
    progress.end();
  }
}

/** A failed call of the file system during a download, as the user's error. */
function diskFault(error: unknown, folder: string): unknown {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = systemReason(inner);
  if (reason === null) return error;
  const { path } = inner as NodeJS.ErrnoException;
  return new UserError(`cannot write ${path ?? folder}: ${reason}; received bytes are kept`);
}

async function get(names: readonly string[], { dataDir, force = false }: DataOptions): Promise<void> {
  const sets = names.map(setNamed);
  const folder = dataFolder(dataDir);
  try {
    await interruptible(async (signal) => {
      for (const set of sets) {
        if (set.download === undefined) {
          const { present, missing } = presenceOf(set, folder);
          if (missing.length === 0) await print(`${set.name}: already in ${folder}, ${present.length} files\n`);
          else await print(`${set.name} (${set.licence}): ${set.manual}\n  ${set.address}\n  data folder: ${folder}\n`);
        } else await getOne(set, folder, force, signal);
      }
    });
  } catch (error) {
    if (error instanceof Interrupted) {
      warn("fenchel: stopped; run the same command to resume");
      throw new Exit(error.code);
    }
    throw diskFault(error, folder);
  }
  if (sets.some((set) => set.download === undefined && presenceOf(set, folder).missing.length > 0)) throw new Exit(1);
}

async function check(names: readonly string[], { dataDir }: DataOptions): Promise<void> {
  const folder = dataFolder(dataDir);
  const inFolder = (set: DataSet) =>
    set.files.every(({ isPresent }) => isPresent === undefined) && presenceOf(set, folder).present.length > 0;
  const sets = names.length > 0 ? names.map(setNamed) : dataSets.filter(inFolder);
  if (sets.length === 0)
    throw new DataError(`${folder}: no data set in it; see fenchel data list and fenchel data get`);
  let faults = 0;
  const progress = makeProgress(process.stderr);
  const begun = performance.now();
  for (const [s, set] of sets.entries()) {
    const lines: string[] = [];
    const at = () => {
      const line = `checking ${set.name}, ${s + 1} of ${sets.length}: ${lines.length} of ${set.files.length} files`;
      // Small sets are read in less than a second.
      if (performance.now() - begun > 1000 || process.stderr.isTTY) progress.show([line], line);
    };
    at();
    await checkDataSet(set, folder, {
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
    .summary("list, download and check the data sets")
    .description("The data sets of the tasks: list their sources, download them, and check the files.")
    .addHelpText(
      "after",
      `
The data folder is --data-dir, else the variable FENCHEL_DATA, else the cache folder
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
    .summary("every data set: task, presence, size, licence and address")
    .option(...folderOption)
    .option("--json", "print JSON")
    .addHelpText("after", "\nExamples:\n  fenchel data list\n  fenchel data list --json --data-dir ~/corpora")
    .action(list);
  data
    .command("get")
    .summary("download, verify and convert data sets; resumes where an earlier call was stopped")
    .argument("<name...>", "data sets, as fenchel data list names them")
    .option(...folderOption)
    .option("--force", "download anew what is present")
    .addHelpText(
      "after",
      "\nExamples:\n  fenchel data get imdb multi30k\n  fenchel data get easy-vqa --data-dir ~/corpora",
    )
    .action(get);
  data
    .command("check")
    .summary("read every row; exit code 1 for any fault")
    .argument("[name...]", "data sets; default all in the data folder")
    .option(...folderOption)
    .addHelpText("after", "\nExamples:\n  fenchel data check\n  fenchel data check imdb --data-dir ~/corpora")
    .action(check);
}
