/** Verification of a download: by a published checksum, else by the one of the first download. */

import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { readIfExists, writeAtomic } from "../../base/atomic-write.ts";
import { DataError } from "../../base/data-error.ts";

/** A SHA-256; or the name that git gives the content (SHA-1 of "blob SIZE\0" and the bytes), for files whose repository is pinned. */
export type Checksum = { readonly sha256: string } | { readonly gitBlob: string };

export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** The checksum was published, equals the recorded one, or is new. */
export type Trust = "known" | "as before" | "first download";

/** File of the checksums of first downloads. */
const RECORDS_FILE = "downloads.json";

async function digestWith(path: string, algorithm: "sha256" | "sha1", prefix = ""): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

type Records = Record<string, FileDigest>;

function readRecords(path: string): Records {
  const bytes = readIfExists(path);
  if (bytes === null) return {};
  try {
    const records: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof records === "object" && records !== null && !Array.isArray(records)) return records as Records;
  } catch {
    // Reported below.
  }
  throw new DataError(`${path}: not a record of downloads; remove it to start a new one`);
}

/**
 * Compares a fetched file with the checksum that is known, else with the one recorded in `folder` when `url` was first downloaded.
 * @throws DataError when they differ.
 */
export async function verifyDownload(
  folder: string,
  { url, path, known }: { readonly url: string; readonly path: string; readonly known?: Checksum | undefined },
): Promise<FileDigest & { readonly trust: Trust }> {
  const bytes = statSync(path).size;
  const digest = { bytes, sha256: await digestWith(path, "sha256") };
  if (known !== undefined) {
    const [name, expected, actual] =
      "sha256" in known
        ? ["SHA-256", known.sha256, digest.sha256]
        : ["git blob", known.gitBlob, await digestWith(path, "sha1", `blob ${bytes}\0`)];
    if (actual !== expected)
      throw new DataError(`${url}: ${name} ${actual} of ${bytes} bytes, but ${expected} is expected`);
    return { ...digest, trust: "known" };
  }
  const file = join(folder, RECORDS_FILE);
  const records = readRecords(file);
  const before = records[url];
  if (before === undefined) return { ...digest, trust: "first download" };
  if (before.sha256 !== digest.sha256) {
    throw new DataError(
      `${url}: SHA-256 ${digest.sha256}, but the first download had ${before.sha256}; if the new file is right, remove its entry from ${file}`,
    );
  }
  return { ...digest, trust: "as before" };
}

/** Records the checksum of a first download in `folder`, once its content has proved right. */
export function recordDownload(folder: string, url: string, { bytes, sha256 }: FileDigest): void {
  const file = join(folder, RECORDS_FILE);
  writeAtomic(file, `${JSON.stringify({ ...readRecords(file), [url]: { bytes, sha256 } }, null, 2)}\n`);
}
