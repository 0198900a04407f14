/** Data sets are got and checked, and the catalogue says how. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataSets } from "../../src/datasets/index.ts";
import { DataError } from "../../src/base/data-error.ts";
import { packageFile, packageFolder } from "../../src/datasets/kit/data-package.ts";
import type { DataSet, Download } from "../../src/datasets/kit/dataset.ts";
import { checkDataSet, presenceOf } from "../../src/datasets/kit/check.ts";
import { packTable } from "../../src/datasets/kit/convert.ts";
import { getDataSet, type GetOptions } from "../../src/datasets/kit/get.ts";
import { sha256, tableFile } from "../../src/datasets/kit/schema.ts";
import { acquireLock } from "../../src/base/lock.ts";
import { readUnpacked } from "../../src/base/text-file.ts";
import { startServer } from "./file-server.ts";
import { complaint, put, putTable, temporaryFolder } from "./fixtures.ts";

const pause: GetOptions = { pause: 1, attempts: 1 };

const table = (name: string) =>
  tableFile({
    set: "tiny",
    path: `tiny/${name}.tsv.gz`,
    columns: ["text"],
    row: ({ text }, fault) => {
      if (text.length > 9) throw fault("too long");
      return text;
    },
  });

/** A set of two tables, the rows of which are the lines of what the server has. */
async function tinySet(content: string, changes: Partial<Download> = {}) {
  const server = await startServer(Buffer.from(content));
  const set: DataSet = {
    name: "tiny",
    task: "none",
    title: "two tables",
    licence: "none",
    address: server.url,
    files: [table("a"), table("b")],
    download: {
      remote: [{ name: "lines.txt", url: server.url }],
      *convert(sources) {
        const rows = readUnpacked(sources("lines.txt"))
          .toString()
          .trimEnd()
          .split("\n")
          .map((line) => [line]);
        yield packTable("tiny/a.tsv.gz", ["text"], rows);
        yield packTable("tiny/b.tsv.gz", ["text"], rows.toReversed());
      },
      ...changes,
    },
  };
  return { server, set, folder: temporaryFolder() };
}

/** All files below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

describe("getting a data set", () => {
  it("fetches, verifies, converts, counts, and tidies up", async () => {
    const { set, folder } = await tinySet("one\ntwo\n");
    const trusts: string[] = [];
    const got = await getDataSet(set, folder, { onFetched: (_, { trust }) => trusts.push(trust) });
    expect(got).toEqual([
      { path: "tiny/a.tsv.gz", rows: 2, sha256: sha256(Buffer.from("text\none\ntwo\n")) },
      { path: "tiny/b.tsv.gz", rows: 2, sha256: sha256(Buffer.from("text\ntwo\none\n")) },
    ]);
    expect(trusts).toEqual(["first download"]);
    expect(filesIn(folder)).toEqual(["downloads.json", "tiny/a.tsv.gz", "tiny/b.tsv.gz"]);
    expect(table("b").read(folder).rows).toEqual(["two", "one"]);
  });

  it("leaves alone what is there, unless told otherwise", async () => {
    const { set, folder, server } = await tinySet("one\n");
    putTable(folder, "tiny/b.tsv.gz", [["text"], ["mine"]]);
    expect((await getDataSet(set, folder, pause)).map(({ path }) => path)).toEqual(["tiny/a.tsv.gz"]);
    expect(table("b").read(folder).rows).toEqual(["mine"]);
    expect(await getDataSet(set, folder, pause)).toEqual([]);
    expect(server.asked).toHaveLength(1);
    expect(await getDataSet(set, folder, { ...pause, force: true })).toHaveLength(2);
    expect(table("b").read(folder).rows).toEqual(["one"]);
  });

  it("puts nothing in place when a checksum, a count or a row is wrong", async () => {
    const cases: [string, Partial<Download>, RegExp][] = [
      [
        "one\n",
        { produces: { "tiny/a.tsv.gz": 2 } },
        /tiny\/a\.tsv\.gz came out with 1 rows, but 2 are expected; the downloads were removed/,
      ],
      [
        "one\n",
        { produces: { "tiny/b.tsv.gz": { rows: 1, sha256: "0" } } },
        /b\.tsv\.gz came out with SHA-256 .* but 0 is expected/,
      ],
      ["one\nmuch too long\n", {}, /tiny\/a\.tsv\.gz:3: too long;/],
    ];
    for (const [content, changes, message] of cases) {
      const { set, folder } = await tinySet(content, changes);
      await expect(getDataSet(set, folder, pause)).rejects.toThrow(message);
      // What could not be converted is not the file that is meant, and its checksum must not be held against the right one.
      expect(filesIn(folder)).toEqual([]);
    }
  });

  it("removes what has the wrong checksum and fetches it again in the next call", async () => {
    const { set, folder, server } = await tinySet("one\n");
    const checksum = { sha256: sha256(Buffer.from("two\n")) };
    const strict = { ...set, download: { ...set.download!, remote: [{ ...set.download!.remote[0]!, checksum }] } };
    await expect(getDataSet(strict, folder, pause)).rejects.toThrow(
      /is expected; the file was removed: run the same command to download it again$/,
    );
    expect(filesIn(folder)).toEqual([]);
    server.served.content = Buffer.from("two\n");
    expect(await getDataSet(strict, folder, pause)).toHaveLength(2);
  });

  it("converts what an earlier call had fetched and verified", async () => {
    const { set, folder, server } = await tinySet("one\n");
    const [file] = set.download!.remote;
    const remote = [{ ...file!, checksum: { sha256: sha256(Buffer.from("one\n")) } }];
    const withMakes = (rows: number) => ({
      ...set,
      download: { ...set.download!, remote, produces: { "tiny/a.tsv.gz": rows, "tiny/b.tsv.gz": rows } },
    });
    await expect(getDataSet(withMakes(2), folder, pause)).rejects.toThrow(/came out with 1 rows, but 2 are expected$/);
    expect(filesIn(folder)).toEqual(["downloads/tiny-lines.txt"]);
    expect(await getDataSet(withMakes(1), folder, pause)).toHaveLength(2);
    expect(server.asked).toHaveLength(1);
  });

  it("keeps two processes apart, but not from one that was killed", async () => {
    const { set, folder, server } = await tinySet("one\n");
    mkdirSync(join(folder, "downloads"));
    const path = join(folder, "downloads/tiny.lock");
    const lock = acquireLock(path);
    const held = readFileSync(path, "utf8");
    await expect(getDataSet(set, folder, pause)).rejects.toThrow(`${path} is held by this process since`);
    expect(server.asked).toEqual([]);
    lock.release();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(path, held.replace(`"pid":${process.pid}`, `"pid":${pid}`));
    expect(await getDataSet(set, folder, pause)).toHaveLength(2);
    expect(filesIn(folder)).not.toContain("downloads/tiny.lock");
  });

  it("says of a set that cannot be fetched what to do", async () => {
    const duc = dataSets.find(({ name }) => name === "duc2004")!;
    await expect(getDataSet(duc, temporaryFolder())).rejects.toThrow(/sign NIST's agreement .*duc2004\/input\.txt/);
  });
});

describe("checking a data set", () => {
  async function checked(set: DataSet, folder: string) {
    const files: string[] = [];
    const faults: string[] = [];
    await checkDataSet(set, folder, {
      onFile: ({ path, rows }) => files.push(`${path} ${rows}`),
      onFault: (fault) => faults.push(fault.replaceAll(`${folder}/`, "")),
    });
    return { files, faults };
  }

  it("counts the rows of good files and tells every fault, up to twenty a file", async () => {
    const { set, folder } = await tinySet("");
    putTable(folder, "tiny/a.tsv.gz", [["text"], ["good"], ["much too long"], ["fine"], ["also too long"]]);
    expect(await checked(set, folder)).toEqual({
      files: ["tiny/a.tsv.gz 2"],
      faults: [
        "tiny/a.tsv.gz:3: too long",
        "tiny/a.tsv.gz:5: too long",
        expect.stringMatching(/^tiny\/b\.tsv\.gz: no such file; get it with: fenchel data get tiny/) as string,
      ],
    });
    putTable(folder, "tiny/b.tsv.gz", [["text"], ...Array.from({ length: 25 }, () => ["much too long"])]);
    const { faults } = await checked(set, folder);
    expect(faults).toHaveLength(2 + 20 + 1);
    expect(faults.at(-1)).toBe("tiny/b.tsv.gz: 5 more faults");
    writeFileSync(join(folder, "tiny/a.tsv.gz"), gzipSync("text\ngood\n").subarray(0, 15));
    expect((await checked(set, folder)).faults[0]).toMatch(/^tiny\/a\.tsv\.gz: broken gzip data/);
  });

  it("reads files together that must agree", async () => {
    const folder = temporaryFolder();
    const duc = dataSets.find(({ name }) => name === "duc2004")!;
    for (const { path } of duc.files) put(folder, path, "text\n");
    expect((await checked(duc, folder)).faults).toEqual([]);
    put(folder, duc.files[2]!.path, "text\nmore\n");
    expect((await checked(duc, folder)).faults).toEqual([
      expect.stringMatching(/task1_ref1\.txt has 2 lines, but .* has 1; they must correspond line by line/) as string,
    ]);
  });

  it("reads packages that hold data like files", async () => {
    const set = dataSets.find(({ name }) => name === "ts-diagnostics")!;
    expect(presenceOf(set, "nowhere")).toEqual({ present: ["typescript"], missing: [] });
    const { rows, sha256: checksum } = await set.files[0]!.read("nowhere");
    expect(rows.length).toBeGreaterThan(2000);
    expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    const absent = { ...set, files: [packageFile("fenchel-absent", () => expect.fail("is not there"))] };
    expect(presenceOf(absent, "nowhere")).toEqual({ present: [], missing: ["fenchel-absent"] });
    expect(() => packageFolder("fenchel-absent", "fenchel-absent@6")).toThrow(
      new DataError("the package fenchel-absent, which holds the data, is not installed: npm install fenchel-absent@6"),
    );
  });

  it("knows which files are there, optional ones among them", async () => {
    const folder = temporaryFolder();
    const snli = dataSets.find(({ name }) => name === "snli")!;
    expect(presenceOf(snli, folder)).toEqual({ present: [], missing: snli.files.map(({ path }) => path) });
    put(folder, "entailment/snli_train.tsv.gz", "");
    expect(presenceOf(snli, folder).present).toEqual(["entailment/snli_train.tsv.gz"]);
    rmSync(join(folder, "entailment"), { recursive: true });
  });
});

describe("the catalogue", () => {
  it("names every set once, with a source or the way to one, and places for all that is made", () => {
    expect(new Set(dataSets.map(({ name }) => name)).size).toBe(dataSets.length);
    const paths = dataSets.flatMap(({ files }) => files.map(({ path }) => path));
    expect(new Set(paths).size).toBe(paths.length);
    for (const { name, files, optional, download, manual, licence, address } of dataSets) {
      expect(download === undefined).toBe(manual !== undefined);
      expect(`${licence} ${address}`).not.toMatch(/undefined/);
      const known = [...files, ...(optional ?? [])].map(({ path }) => path);
      for (const path of Object.keys(download?.produces ?? {})) expect(known).toContain(path);
      for (const { url, checksum } of download?.remote ?? []) {
        expect(URL.canParse(url) && url.startsWith("https://"), `${name}: ${url}`).toBe(true);
        if (checksum !== undefined) expect(Object.values(checksum)[0]).toMatch(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
      }
    }
  });

  it("says of a missing file of every set how to get it", async () => {
    const folder = temporaryFolder();
    for (const { name, files, manual } of dataSets) {
      for (const file of files.filter(({ isPresent }) => isPresent === undefined)) {
        const how = manual === undefined ? "get it with" : "see how to get it with";
        expect(await complaint(folder, () => file.read(folder))).toContain(
          `no such file; ${how}: fenchel data get ${name},`,
        );
      }
    }
  });
});
