/** Brings a data set into a folder: fetched, verified, converted, read back, and only then put in its place. */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomic } from "../../training/atomic-write.ts";
import { DataError } from "../../base/data-error.ts";
import type { DataSet, Fetching, RemoteFile } from "./dataset.ts";
import { recordDownload, verifyDownload, type FileDigest, type Trust } from "./checksums.ts";
import { download, type DownloadOptions } from "./download.ts";

export interface GetOptions extends Omit<DownloadOptions, "onProgress"> {
  /** Fetch and convert anew what is there already. */
  readonly again?: boolean;
  /** `file` is the one being fetched, `index` its place from 0. */
  readonly onProgress?: (at: {
    readonly file: RemoteFile;
    readonly index: number;
    readonly received: number;
    readonly total: number | undefined;
  }) => void;
  /** What goes on besides fetching. */
  readonly onStep?: (step: "verifying" | "converting") => void;
  /** A file has come and is the right one. */
  readonly onFetched?: (file: RemoteFile, digest: FileDigest & { readonly trust: Trust }) => void;
}

export interface GotFile extends Pick<FileDigest, "sha256"> {
  readonly path: string;
  readonly rows: number;
}

/** Folder, inside the data folder, of what is fetched and not yet converted. */
const DOWNLOADS = "downloads";

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It runs, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Keeps two processes from writing into one part. Returns what ends the claim; that of a process that is gone does not count. */
function claim(set: DataSet, folder: string): () => void {
  const path = join(folder, DOWNLOADS, `${set.name}.lock`);
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const pid = Number(readFileSync(path, "utf8"));
    if (pid > 0 && pid !== process.pid && isRunning(pid))
      throw new DataError(`${set.name}: process ${pid} is fetching it into ${folder}; wait until it has ended`);
    rmSync(path, { force: true });
  }
}

/** An official file on this machine. */
interface Fetched extends FileDigest {
  readonly url: string;
  readonly path: string;
  readonly trust: Trust;
}

/** The fetched file, which is verified; a file that a call before has fetched is not fetched again. */
async function fetchFile(
  folder: string,
  set: DataSet,
  [index, file]: readonly [number, RemoteFile],
  options: GetOptions,
): Promise<Fetched> {
  const path = join(folder, DOWNLOADS, `${set.name}-${file.name}`);
  if (!existsSync(path)) {
    await download(file.url, path, {
      ...options,
      onProgress: (received, total) => options.onProgress?.({ file, index, received, total: total ?? file.bytes }),
    });
  }
  options.onStep?.("verifying");
  try {
    const digest = await verifyDownload(folder, { url: file.url, path, known: file.checksum });
    options.onFetched?.(file, digest);
    return { ...digest, url: file.url, path };
  } catch (error) {
    // Not what is meant: the next call fetches it anew.
    rmSync(path, { force: true });
    if (error instanceof DataError)
      throw new DataError(`${error.message}; the file was removed, the same command fetches it again`);
    throw error;
  }
}

interface Conversion {
  readonly fetching: Fetching;
  /** The fetched files by name. */
  readonly sources: ReadonlyMap<string, Fetched>;
  /** Whether a file is to be put in its place. */
  readonly wanted: (path: string) => boolean;
}

/** Converts what was fetched aside, reads it back, and puts it in its place when all of it is right. */
function convertAll(
  set: DataSet,
  folder: string,
  { fetching, sources, wanted }: Conversion,
  options: GetOptions,
): GotFile[] {
  const known = new Map([...set.files, ...(set.optional ?? [])].map((file) => [file.path, file]));
  options.onStep?.("converting");
  const staging = join(folder, DOWNLOADS, `${set.name}.${process.pid}.converted`);
  try {
    const got: GotFile[] = [];
    for (const { path, bytes } of fetching.convert((name) => sources.get(name)!.path)) {
      options.signal?.throwIfAborted();
      const file = known.get(path);
      if (file === undefined) throw new Error(`${path} is no file of ${set.name}`);
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeAtomic(join(staging, path), bytes);
      const { rows, sha256 } = file.read(staging);
      const expected = fetching.makes?.[path];
      const [count, checksum] = typeof expected === "object" ? [expected.rows, expected.sha256] : [expected, undefined];
      if (count !== undefined && rows.length !== count)
        throw new DataError(`${set.name}: ${path} came out with ${rows.length} rows, but ${count} are expected`);
      if (checksum !== undefined && sha256 !== checksum)
        throw new DataError(`${set.name}: ${path} came out with SHA-256 ${sha256}, but ${checksum} is expected`);
      got.push({ path, rows: rows.length, sha256 });
    }
    const placed = got.filter(({ path }) => wanted(path));
    for (const { path } of placed) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(join(staging, path), join(folder, path));
    }
    for (const { url, path, trust, ...digest } of sources.values()) {
      if (trust === "first download") recordDownload(folder, url, digest);
      rmSync(path, { force: true });
    }
    return placed;
  } catch (error) {
    // A page of an error that was taken for the file, for instance: the next call fetches it anew.
    const doubtful = Array.from(sources.values()).filter(({ trust }) => trust !== "known");
    if (!(error instanceof DataError) || doubtful.length === 0) throw error;
    for (const { path } of doubtful) rmSync(path, { force: true });
    throw new DataError(`${error.message}; what was fetched was removed, the same command fetches it again`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * Puts the files of a data set into `folder`; files that are there stay as they are, unless `again`.
 *
 * A file takes its place only after all of the set have been converted, read back and counted.
 * @returns the new files; none when all were there.
 * @throws DataError when the set must be brought by hand, or what comes is not as it should be; see `download` for the rest.
 */
export async function getDataSet(set: DataSet, folder: string, options: GetOptions = {}): Promise<GotFile[]> {
  const { fetching } = set;
  if (fetching === undefined) throw new DataError(`${set.name}: ${set.byHand} (${set.address})`);
  const wanted = (path: string) => options.again === true || !existsSync(join(folder, path));
  const brought = fetching.makes === undefined ? set.files.map(({ path }) => path) : Object.keys(fetching.makes);
  if (!brought.some(wanted)) return [];

  mkdirSync(join(folder, DOWNLOADS), { recursive: true });
  const release = claim(set, folder);
  try {
    const sources = new Map<string, Fetched>();
    for (const [index, file] of fetching.remote.entries())
      sources.set(file.name, await fetchFile(folder, set, [index, file], options));
    return convertAll(set, folder, { fetching, sources, wanted }, options);
  } finally {
    release();
  }
}
