/**
 * Resumable downloads over HTTP: received bytes stay in FILE.part when the connection, the process or the machine fails, and the next call
 * requests the rest (RFC 9110, sections 14 and 13.1.5).
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DataError } from "../../base/data-error.ts";

export interface DownloadOptions {
  /** Aborting it ends the download with the signal's reason; received bytes are kept. */
  readonly signal?: AbortSignal;
  /** Receives the bytes so far, and the total where the server states it. */
  readonly onProgress?: (received: number, total: number | undefined) => void;
  /** Consecutive attempts without a new byte until the download fails; default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled from one to the next; default 1,000. */
  readonly pause?: number;
  /** Milliseconds without a byte after which a connection is given up; default 60,000. */
  readonly timeout?: number;
}

/** State of a file on the server that must not change for its rest to fit its start. */
interface PartNote {
  readonly url: string;
  /** A strong ETag, or the date of the last change. */
  readonly validator?: string;
  readonly total?: number;
}

/** An error that another attempt would not mend. */
class PermanentError extends Error {
  override readonly name = "PermanentError";
}

const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);
const NOT_FOUND = new Set([404, 410]);

function readNote(path: string, url: string): PartNote | null {
  try {
    const note = JSON.parse(readFileSync(path, "utf8")) as PartNote;
    return note.url === url ? note : null;
  } catch {
    return null;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** "bytes 100-199/200" as its first byte and the size of the whole. */
function contentRange(header: string | null): { first: number; total: number | undefined } | null {
  const parts = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header ?? "");
  if (parts === null) return null;
  return { first: Number(parts[1] ?? -1), total: parts[2] === "*" ? undefined : Number(parts[2]) };
}

function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  // A weak tag does not promise equal bytes.
  if (tag !== null && !tag.startsWith("W/")) return tag;
  return headers.get("last-modified") ?? undefined;
}

const CUT = "the connection was cut";
const SILENT = "the host does not answer";
const UNKNOWN_HOST = "the host's name is not known; is there a connection to the internet?";
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ECONNREFUSED: "the host refuses the connection",
  ECONNRESET: CUT,
  UND_ERR_SOCKET: CUT,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: CUT,
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
};

/** Reason of a failed connection in words; undici puts it into the cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const { code = "", message = String(cause) } = cause as NodeJS.ErrnoException;
  return REASONS[code] ?? (message === "terminated" ? CUT : message);
}

/** A file that is being downloaded. */
interface Part {
  readonly url: string;
  readonly path: string;
  readonly note: string;
}

/** Appends chunks to the part, from its start when `received` is 0. Failed calls of the disk name the part. */
async function append(
  path: string,
  received: number,
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (bytes: number) => void,
) {
  const named = (error: unknown): never => {
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  };
  const file = await open(path, received === 0 ? "w" : "a").catch(named);
  try {
    for await (const chunk of chunks) {
      await file.write(chunk).catch(named);
      onChunk(chunk.length);
    }
    await file.sync().catch(named);
  } finally {
    await file.close();
  }
}

/** One connection: appends the response to the part; returns when the file is complete. */
async function fetchRest({ url, path, note }: Part, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, timeout = 60_000 } = options;
  const discard = () => [path, note].forEach((file) => rmSync(file, { force: true }));
  const known = readNote(note, url);
  if (known === null || sizeOf(path) > (known.total ?? Number.POSITIVE_INFINITY)) discard();
  let received = sizeOf(path);
  if (received === known?.total) return;

  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), timeout);
  try {
    const response = await fetch(url, {
      headers: {
        // Ranges count stored bytes, so the transfer must not be compressed.
        "accept-encoding": "identity",
        "user-agent": "fenchel-lab",
        ...(received === 0 ? {} : { range: `bytes=${received}-` }),
        ...(received === 0 || known?.validator === undefined ? {} : { "if-range": known.validator }),
      },
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
    timer.refresh();
    const { status, statusText, headers, body } = response;
    const range = contentRange(headers.get("content-range"));
    const length = headers.get("content-length");
    const total = status === 206 ? range?.total : length === null ? undefined : Number(length);
    const otherTotal = known?.total !== undefined && total !== undefined && total !== known.total;
    const otherPart = received === 0 || range?.first !== received || otherTotal;
    if (status === 416 || (status === 206 && otherPart)) {
      await body?.cancel();
      discard();
      throw new Error("the file has changed on the server");
    }
    if (status !== 200 && status !== 206) {
      await body?.cancel();
      const answer = `the server answers ${`${status} ${statusText}`.trim()}`;
      if (RETRYABLE.has(status)) throw new Error(answer);
      throw new PermanentError(
        NOT_FOUND.has(status) ? `${answer}; the file may have moved: see fenchel data list` : answer,
      );
    }
    if (body === null) throw new Error("the server sends nothing");
    if (status === 200) received = 0;
    writeFileSync(note, JSON.stringify({ url, validator: validatorOf(headers) ?? known?.validator, total }));
    onProgress?.(received, total);
    await append(path, received, body as unknown as AsyncIterable<Uint8Array>, (bytes) => {
      timer.refresh();
      received += bytes;
      onProgress?.(received, total);
    });
    if (total !== undefined && received !== total) throw new Error(CUT);
  } catch (error) {
    if (silence.signal.aborted && signal?.aborted !== true)
      throw new Error(`no byte received for ${Math.round(timeout / 1000)} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function isDiskError(error: unknown): boolean {
  const { syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall !== undefined && path !== undefined;
}

/**
 * Downloads `url` to `path`, resuming from `path`.part of earlier calls; the file appears under its name when it is complete.
 *
 * A cut or silent connection and a server in trouble are tried again. A server that knows no ranges starts from the first byte.
 * @throws DataError when the server does not have the file or stays out of reach; the signal's reason when aborted; system errors of
 * the disk as they are, with the path.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, attempts = 5, pause = 1000 } = options;
  const part: Part = { url, path: `${path}.part`, note: `${path}.part.json` };
  mkdirSync(dirname(path), { recursive: true });
  for (let failures = 0; ;) {
    const before = sizeOf(part.path);
    try {
      signal?.throwIfAborted();
      await fetchRest(part, options);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (isDiskError(error)) throw error;
      if (error instanceof PermanentError) throw new DataError(`${url}: ${error.message}`);
      const received = sizeOf(part.path);
      failures = received > before ? 1 : failures + 1;
      if (failures >= attempts) {
        const kept = received > 0 ? `; the ${received} bytes received are kept: run the same command to resume` : "";
        throw new DataError(`${url}: ${networkReason(error)}${kept}`);
      }
      await wait(pause * 2 ** (failures - 1), undefined, signal === undefined ? {} : { signal }).catch(() =>
        signal?.throwIfAborted(),
      );
    }
  }
  // An empty file has no chunk that would make its part.
  if (!existsSync(part.path)) writeFileSync(part.path, "");
  renameSync(part.path, path);
  rmSync(part.note, { force: true });
}
