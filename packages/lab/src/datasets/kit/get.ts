/** Download of a data set into a folder: fetched, verified, converted, read back, and only then moved into place. */

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomic } from "../../base/atomic-write.ts";
import { DataError } from "../../base/data-error.ts";
import { acquireLock } from "../../base/lock.ts";
import type { CheckedFile } from "./check.ts";
import { recordDownload, verifyDownload, type FileDigest, type Trust } from "./checksums.ts";
import type { DataSet, Download, RemoteFile } from "./dataset.ts";
import { download, type DownloadOptions } from "./download.ts";

export interface GetOptions extends Omit<DownloadOptions, "onProgress"> {
  /** Download and convert anew what is there already. */
  readonly force?: boolean;
  /** `file` is the one being downloaded, `index` its position from 0. */
  readonly onProgress?: (at: {
    readonly file: RemoteFile;
    readonly index: number;
    readonly received: number;
    readonly total: number | undefined;
  }) => void;
  readonly onStep?: (step: "verifying" | "converting") => void;
  /** A file was downloaded and verified. */
  readonly onFetched?: (file: RemoteFile, digest: FileDigest & { readonly trust: Trust }) => void;
}

/** Folder, inside the data folder, of downloads that are not yet converted. */
const DOWNLOADS = "downloads";

/** An official file on this machine. */
interface Fetched extends FileDigest {
  readonly url: string;
  readonly path: string;
  readonly trust: Trust;
}

/** The downloaded and verified file; one that an earlier call has downloaded is not downloaded again. */
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
    // The wrong file: the next call downloads it anew.
    rmSync(path, { force: true });
    if (error instanceof DataError)
      throw new DataError(`${error.message}; the file was removed: run the same command to download it again`);
    throw error;
  }
}

interface Conversion {
  readonly from: Download;
  /** The downloaded files by name. */
  readonly sources: ReadonlyMap<string, Fetched>;
  /** Whether a file is moved into place. */
  readonly wanted: (path: string) => boolean;
}

/** Converts the downloads aside, reads the result back, and moves it into place when all of it is right. */
async function convertAll(
  set: DataSet,
  folder: string,
  { from, sources, wanted }: Conversion,
  options: GetOptions,
): Promise<CheckedFile[]> {
  const known = new Map([...set.files, ...(set.optional ?? [])].map((file) => [file.path, file]));
  options.onStep?.("converting");
  const staging = join(folder, DOWNLOADS, `${set.name}.${process.pid}.converted`);
  try {
    const got: CheckedFile[] = [];
    for await (const { path, bytes } of from.convert((name) => sources.get(name)!.path)) {
      options.signal?.throwIfAborted();
      const file = known.get(path);
      if (file === undefined) throw new Error(`${path} is no file of ${set.name}`);
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeAtomic(join(staging, path), bytes);
      const { rows, sha256 } = await file.read(staging);
      const expected = from.produces?.[path];
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
    // An error page that was taken for the file, for instance: the next call downloads it anew.
    const doubtful = Array.from(sources.values()).filter(({ trust }) => trust !== "known");
    if (!(error instanceof DataError) || doubtful.length === 0) throw error;
    for (const { path } of doubtful) rmSync(path, { force: true });
    throw new DataError(`${error.message}; the downloads were removed: run the same command to download them again`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * Puts the files of a data set into `folder`; files that are there stay as they are, unless `force`.
 *
 * A file is moved into place only after all of the set have been converted, read back and counted.
 * @returns the new files; none when all were there.
 * @throws DataError when the user must obtain the set, or a download is not as it should be; RunError when another process is
 * downloading it; see `download` for the rest.
 */
export async function getDataSet(set: DataSet, folder: string, options: GetOptions = {}): Promise<CheckedFile[]> {
  const { download: from } = set;
  if (from === undefined) throw new DataError(`${set.name}: ${set.manual} (${set.address})`);
  const wanted = (path: string) => options.force === true || !existsSync(join(folder, path));
  const produced = from.produces === undefined ? set.files.map(({ path }) => path) : Object.keys(from.produces);
  if (!produced.some(wanted)) return [];

  mkdirSync(join(folder, DOWNLOADS), { recursive: true });
  const lock = acquireLock(join(folder, DOWNLOADS, `${set.name}.lock`));
  try {
    const sources = new Map<string, Fetched>();
    for (const [index, file] of from.remote.entries())
      sources.set(file.name, await fetchFile(folder, set, [index, file], options));
    return await convertAll(set, folder, { from, sources, wanted }, options);
  } finally {
    lock.release();
  }
}
