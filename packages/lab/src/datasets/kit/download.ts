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

const notFound = new Set([404, 410]);
const retryable = new Set([408, 425, 429, 500, 502, 503, 504]);

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

/** Reason of a failed connection in words; undici puts it into the cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const { code = "", message = String(cause) } = cause as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOTFOUND: "the host's name is not known; is there a connection to the internet?",
    EAI_AGAIN: "the host's name cannot be looked up; is there a connection to the internet?",
    ECONNREFUSED: "the host refuses the connection",
    ECONNRESET: "the connection was cut",
    UND_ERR_SOCKET: "the connection was cut",
    ETIMEDOUT: "the host does not answer",
    UND_ERR_CONNECT_TIMEOUT: "the host does not answer",
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the connection was cut",
  };
  return reasons[code] ?? (message === "terminated" ? "the connection was cut" : message);
}

/** A failed call of the file system, which another attempt does not mend; the path is named. */
function diskError(error: unknown, path: string): unknown {
  return error instanceof Error ? Object.assign(error, { path }) : error;
}

/** A file that is being downloaded. */
interface Part {
  readonly url: string;
  readonly path: string;
  readonly note: string;
}

/** One connection: appends the response to the part; returns when the file is complete. */
async function fetchRest(part: Part, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, timeout = 60_000 } = options;
  let known = readNote(part.note, part.url);
  if (known === null) rmSync(part.path, { force: true });
  let received = sizeOf(part.path);
  if (known?.total !== undefined && received === known.total) return;
  if (received > (known?.total ?? Number.POSITIVE_INFINITY)) {
    rmSync(part.path, { force: true });
    received = 0;
  }

  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), timeout);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), timeout);
  };
  try {
    const response = await fetch(part.url, {
      // Ranges count stored bytes, so the transfer must not be compressed.
      headers: {
        "accept-encoding": "identity",
        "user-agent": "fenchel-lab",
        ...(received === 0 ? {} : { range: `bytes=${received}-` }),
        ...(received === 0 || known?.validator === undefined ? {} : { "if-range": known.validator }),
      },
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
    heard();
    const range = contentRange(response.headers.get("content-range"));
    if (response.status === 416 || (response.status === 206 && (received === 0 || range?.first !== received))) {
      // The part does not fit the server's file.
      await response.body?.cancel();
      rmSync(part.path, { force: true });
      rmSync(part.note, { force: true });
      throw new Error("the file has changed on the server");
    }
    if (response.status !== 200 && response.status !== 206) {
      await response.body?.cancel();
      const status = `${response.status} ${response.statusText}`.trim();
      if (retryable.has(response.status)) throw new Error(`the server answers ${status}`);
      const hint = notFound.has(response.status) ? "; the file may have moved: see fenchel data list" : "";
      throw new PermanentError(`the server answers ${status}${hint}`);
    }
    if (response.body === null) throw new Error("the server sends nothing");
    const length = response.headers.get("content-length");
    const total = response.status === 206 ? range!.total : length === null ? undefined : Number(length);
    if (response.status === 200) received = 0;
    if (response.status === 206 && known?.total !== undefined && total !== undefined && total !== known.total) {
      await response.body.cancel();
      rmSync(part.path, { force: true });
      throw new Error("the file has changed on the server");
    }
    const validator = validatorOf(response.headers) ?? known?.validator;
    known = {
      url: part.url,
      ...(validator === undefined ? {} : { validator }),
      ...(total === undefined ? {} : { total }),
    };
    writeFileSync(part.note, JSON.stringify(known));
    const file = await open(part.path, received === 0 ? "w" : "a").catch((error: unknown) => {
      throw diskError(error, part.path);
    });
    try {
      onProgress?.(received, total);
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        heard();
        await file.write(chunk).catch((error: unknown) => {
          throw diskError(error, part.path);
        });
        received += chunk.length;
        onProgress?.(received, total);
      }
      await file.sync().catch((error: unknown) => {
        throw diskError(error, part.path);
      });
    } finally {
      await file.close();
    }
    if (total !== undefined && received !== total) throw new Error("the connection was cut");
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
