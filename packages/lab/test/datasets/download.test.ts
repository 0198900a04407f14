/** Downloads: whole or not there, resumed, and verified. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordDownload, verifyDownload } from "../../src/datasets/kit/checksums.ts";
import { download, type DownloadOptions } from "../../src/datasets/kit/download.ts";
import { startServer, type Served } from "./file-server.ts";
import { temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();
const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251));
const quick: DownloadOptions = { pause: 1, attempts: 3 };

let count = 0;
async function serving(changes: Partial<Served> = {}) {
  const server = await startServer(content);
  Object.assign(server.served, changes);
  const path = join(folder, String(count++), "file.bin");
  return { ...server, path, part: `${path}.part` };
}

/** Tells the server what has come. */
function hearing(served: Served): DownloadOptions {
  return { onProgress: (received) => void (served.heard = received) };
}

/** The message of the error that `work` ends with. */
async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error("it went well"),
    (reason: unknown) => reason,
  );
  return (error as Error).message;
}

describe("download", () => {
  it("fetches a file, tells how far it is and leaves nothing else behind", async () => {
    const { url, path, part, asked } = await serving();
    const seen: [number, number | undefined][] = [];
    await download(url, path, { onProgress: (received, total) => seen.push([received, total]) });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(existsSync(part) || existsSync(`${part}.json`)).toBe(false);
    expect(asked).toEqual([undefined]);
    expect(seen[0]).toEqual([0, 100_000]);
    expect(seen.at(-1)).toEqual([100_000, 100_000]);
  });

  it("goes on by itself where a cut connection stopped", async () => {
    const { url, path, served, asked } = await serving({ cutAfter: 40_000 });
    await download(url, path, { ...quick, ...hearing(served) });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(asked).toEqual([undefined, "bytes=40000-", "bytes=80000-"]);
  });

  it("keeps what came when it gives up, and the next call asks for the rest only", async () => {
    const { url, path, part, served, asked } = await serving({ cutAfter: 40_000 });
    const once = { ...quick, attempts: 1, ...hearing(served) };
    expect(await failure(download(url, path, once))).toBe(
      `${url}: the connection was cut; the 40000 bytes received are kept: run the same command to resume`,
    );
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(part).equals(content.subarray(0, 40_000))).toBe(true);
    served.cutAfter = null;
    await download(url, path, once);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(asked).toEqual([undefined, "bytes=40000-"]);
  });

  it("goes on after a kill between two calls, also when all bytes were there", async () => {
    for (const there of [70_000, 100_000]) {
      const { url, path, part, asked } = await serving();
      mkdirSync(join(path, ".."));
      writeFileSync(part, content.subarray(0, there));
      writeFileSync(`${part}.json`, JSON.stringify({ url, validator: '"one"', total: 100_000 }));
      await download(url, path, quick);
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(asked).toEqual(there === 100_000 ? [] : ["bytes=70000-"]);
    }
  });

  it("starts anew when the server knows no ranges", async () => {
    const { url, path, part, asked } = await serving({ ranges: false, etag: undefined });
    mkdirSync(join(path, ".."));
    writeFileSync(part, content.subarray(0, 50));
    writeFileSync(`${part}.json`, JSON.stringify({ url, total: 100_000 }));
    await download(url, path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(asked).toEqual(["bytes=50-"]);
  });

  it("starts anew when the file has changed meanwhile, or the part is of another address", async () => {
    const notes = (url: string) => [
      { url, validator: '"older"', total: 100_000 },
      { url, total: 90_000 },
      { url: `${url}x`, total: 100_000 },
      "not json",
    ];
    for (let i = 0; i < 4; i++) {
      const { url, path, part } = await serving();
      mkdirSync(join(path, ".."));
      writeFileSync(part, Buffer.alloc(500));
      writeFileSync(`${part}.json`, JSON.stringify(notes(url)[i]));
      await download(url, path, quick);
      expect(readFileSync(path).equals(content)).toBe(true);
    }
  });

  it("starts anew when the part is longer than the file", async () => {
    const { url, path, part } = await serving();
    mkdirSync(join(path, ".."));
    writeFileSync(part, Buffer.alloc(100_001));
    writeFileSync(`${part}.json`, JSON.stringify({ url, validator: '"one"' }));
    await download(url, path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it("fetches a file of unknown length, and an empty one", async () => {
    const { url, path } = await serving({ length: false });
    await download(url, path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    const empty = await serving({ content: Buffer.alloc(0) });
    await download(empty.url, empty.path, quick);
    expect(readFileSync(empty.path)).toHaveLength(0);
  });

  it("tries again when the server is in trouble, but not when it lacks the file", async () => {
    const busy = await serving({ failures: [503, 500] });
    await download(busy.url, busy.path, quick);
    expect(busy.asked).toHaveLength(3);
    const down = await serving({ failures: [503, 503, 503] });
    expect(await failure(download(down.url, down.path, quick))).toBe(
      `${down.url}: the server answers 503 Service Unavailable`,
    );
    for (const [status, words] of [
      [404, "404 Not Found; the file may have moved: see fenchel data list"],
      [403, "403 Forbidden"],
    ] as const) {
      const lacking = await serving({ failures: [status] });
      expect(await failure(download(lacking.url, lacking.path, quick))).toBe(
        `${lacking.url}: the server answers ${words}`,
      );
      expect(lacking.asked).toHaveLength(1);
    }
  });

  it("gives up on a silent server and on one that is not there", async () => {
    const silent = await serving({ silentAfter: 10 });
    expect(await failure(download(silent.url, silent.path, { ...quick, attempts: 1, timeout: 100 }))).toMatch(
      /: no byte received for 0 s; the 10 bytes received are kept/,
    );
    expect(await failure(download("http://127.0.0.1:1/x", join(folder, "x"), quick))).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/x: (the host refuses the connection|bad port)$/,
    );
  });

  it("ends with the reason of its signal, and goes on in the next call", async () => {
    const { url, path, part, served, asked } = await serving({ silentAfter: 30_000 });
    const controller = new AbortController();
    const reason = new Error("told to stop");
    const onProgress = (received: number) => {
      if (received === 30_000) controller.abort(reason);
    };
    await expect(download(url, path, { ...quick, signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(readFileSync(part)).toHaveLength(30_000);
    served.silentAfter = null;
    await download(url, path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(asked.at(-1)).toBe("bytes=30000-");
    await expect(download(url, `${path}2`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("names the place when the folder cannot be written", async () => {
    const { url } = await serving();
    writeFileSync(join(folder, "in-the-way"), "");
    await expect(download(url, join(folder, "in-the-way", "file.bin"), quick)).rejects.toMatchObject({
      code: expect.stringMatching(/EEXIST|ENOTDIR/) as string,
      path: join(folder, "in-the-way"),
    });
  });

  it.skipIf(!existsSync("/dev/full"))("names the file when the disk is full", async () => {
    const { url, path, part, asked } = await serving();
    mkdirSync(join(path, ".."));
    symlinkSync("/dev/full", part);
    // A part that may be gone on with, so that it is not replaced.
    writeFileSync(`${part}.json`, JSON.stringify({ url, validator: '"one"', total: 100_000 }));
    await expect(download(url, path, quick)).rejects.toMatchObject({ code: "ENOSPC", path: part });
    expect(asked).toHaveLength(1);
  });
});

describe("verifying a download", () => {
  const path = join(folder, "fetched");
  const url = "https://example.org/fetched";
  const sum = (text: string) => createHash("sha256").update(text).digest("hex");

  it("compares with the checksum that is known", async () => {
    writeFileSync(path, "hello\n");
    expect(await verifyDownload(folder, { url, path, known: { sha256: sum("hello\n") } })).toEqual({
      bytes: 6,
      sha256: sum("hello\n"),
      trust: "known",
    });
    // git hash-object of a file with "hello".
    const known = { gitBlob: "ce013625030ba8dba906f756967f9e9ca394464a" };
    expect((await verifyDownload(folder, { url, path, known })).trust).toBe("known");
    writeFileSync(path, "hallo\n");
    expect(await failure(verifyDownload(folder, { url, path, known: { sha256: sum("hello\n") } }))).toBe(
      `${url}: SHA-256 ${sum("hallo\n")} of 6 bytes, but ${sum("hello\n")} is expected`,
    );
    expect(await failure(verifyDownload(folder, { url, path, known }))).toMatch(/: git blob [0-9a-f]{40} of 6 bytes/);
    expect(existsSync(join(folder, "downloads.json"))).toBe(false);
  });

  it("records an unknown one at the first download and holds later ones to it", async () => {
    writeFileSync(path, "one");
    const first = await verifyDownload(folder, { url, path });
    expect(first.trust).toBe("first download");
    recordDownload(folder, url, first);
    expect((await verifyDownload(folder, { url, path })).trust).toBe("as before");
    writeFileSync(path, "two");
    expect(await failure(verifyDownload(folder, { url, path }))).toBe(
      `${url}: SHA-256 ${sum("two")}, but the first download had ${sum("one")}; if the new file is right, ` +
        `remove its entry from ${join(folder, "downloads.json")}`,
    );
    const other = await verifyDownload(folder, { url: `${url}2`, path });
    expect(other.trust).toBe("first download");
    recordDownload(folder, `${url}2`, other);
    expect(Object.keys(JSON.parse(readFileSync(join(folder, "downloads.json"), "utf8")) as object)).toHaveLength(2);
    writeFileSync(join(folder, "downloads.json"), "[]");
    expect(await failure(verifyDownload(folder, { url, path }))).toMatch(/not a record of downloads; remove it/);
  });
});
