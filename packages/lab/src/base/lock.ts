/** A lock file: at most one process works on a folder; a lock that a killed process left is taken over. */
import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { asRunError, RunError } from "./run-error.ts";

/** A lock that this process holds. */
export interface Lock {
  /** Gives the lock back; later calls do nothing. */
  release(): void;
}

/** Content of a lock file. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start of the process in the kernel's clock ticks, which tells it from a later one with the same number; null where unknown. */
  readonly started: string | null;
  /** ISO date of the acquisition. */
  readonly since: string;
  /** Distinguishes two acquisitions by one process. */
  readonly id: string;
}

/** Attempts to take over a stale lock. */
const MOST_ATTEMPTS = 5;

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and parentheses. Null on other systems and for no process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** True when the holder is known to be gone: only its own machine can tell. */
function isStale({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return false;
  if (!isAlive(pid)) return true;
  const now = startOf(pid);
  return started !== null && now !== null && started !== now;
}

/** Text of the lock file, or null when there is none. */
function readLock(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw asRunError(error, "read", path);
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, started = null, since, id } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isSafeInteger(pid) || pid! <= 0 || typeof host !== "string" || typeof since !== "string") return null;
    // It becomes a part of a file's name.
    if (typeof id !== "string" || !/^[\w-]{1,64}$/.test(id)) return null;
    return { pid: pid!, host, started, since, id };
  } catch {
    return null;
  }
}

/** Creates `path` with all of its content at once; false when it is there already. */
function createWhole(path: string, content: string): boolean {
  // The name is one that run folders know as left over from a kill.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    writeFileSync(temporary, content);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Another process may sweep the folder between the two calls.
    if (code === "EEXIST" || (code === "ENOENT" && syscall === "link")) return false;
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS") return createExclusively(path, content);
    throw asRunError(error, "write", path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The same on a file system without hard links, where a reader may find the file still empty. */
function createExclusively(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw asRunError(error, "write", path);
  }
}

/**
 * Takes away the lock of a holder that is gone. Only who holds the claim to this one lock may, and looks again first: else a process that
 * read it before could take away the lock of the process that replaced it.
 */
function removeStale(path: string, content: string, { id }: Holder): void {
  const claim = tryLock(`${path}.${id}`);
  // Whoever has the claim is about to hold the lock.
  if ("pid" in claim) throw heldBy(path, claim);
  try {
    if (readLock(path) === content) removeFile(path);
  } finally {
    claim.release();
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw asRunError(error, "remove", path);
  }
}

function heldBy(path: string, holder: Holder): RunError {
  const own = holder.pid === process.pid && holder.host === hostname();
  const who = own ? "this process" : `process ${holder.pid} on ${holder.host}`;
  return new RunError(
    `${path} is held by ${who} since ${holder.since}: wait until it ends or choose another folder; if it no longer runs, remove the file`,
  );
}

/** The lock, or who holds it. */
function tryLock(path: string): Lock | Holder {
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    since: new Date().toISOString(),
    id: randomUUID(),
  };
  const content = `${JSON.stringify(holder)}\n`;
  for (let attempt = 0; !createWhole(path, content); attempt++) {
    const found = readLock(path);
    const other = found === null ? null : parseHolder(found);
    if (other !== null && (!isStale(other) || attempt === MOST_ATTEMPTS)) return other;
    if (other === null && (found !== null || attempt === MOST_ATTEMPTS)) {
      throw new RunError(`${path} is no lock of fenchel: remove it if nothing works in its folder`);
    }
    if (other !== null) removeStale(path, found!, other);
  }
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    process.off("exit", release);
    try {
      if (readLock(path) === content) rmSync(path, { force: true });
    } catch {
      // Its process ends: the next one finds it stale.
    }
  };
  process.once("exit", release);
  return { release };
}

/**
 * Makes the lock file `path`, whose folder must be there, with this process's number, host and start. A lock of a process of this
 * machine that is gone is taken over; one of another machine is never. The lock is released when the process exits.
 *
 * @param path the lock file; two paths to one file are two locks only if the file system says so
 * @returns the lock, to be released
 * @throws RunError that names the holder when the lock is held, or the reason when the file cannot be written
 */
export function acquireLock(path: string): Lock {
  const lock = tryLock(path);
  if ("pid" in lock) throw heldBy(path, lock);
  return lock;
}
