/** `fenchel data`: the list, the check and the download of data sets. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startServer } from "../datasets/file-server.ts";
import { put, putTable, temporaryFolder } from "../datasets/fixtures.ts";
import { fenchel } from "./run-command.ts";

/** IWSLT'17's archive, with a sentence a file and enough noise to be cut. */
function talks(noise = 0): Buffer {
  const files: Record<string, Uint8Array> = {
    "de-en/train.tags.de-en.de": strToU8("<title>T</title>\nHallo\n"),
    "de-en/train.tags.de-en.en": strToU8("<title>T</title>\nHello\n"),
    noise: Uint8Array.from({ length: noise }, (_, i) => (i * i * 7919) >> 5),
  };
  for (const set of ["dev2010", ...[2010, 2011, 2012, 2013, 2014, 2015].map((year) => `tst${year}`)])
    for (const language of ["de", "en"])
      files[`de-en/IWSLT17.TED.${set}.de-en.${language}.xml`] = strToU8(`<seg id="1"> ${set} </seg>\n`);
  return Buffer.from(zipSync(files, { level: 0 }));
}

/** Sends every request to the test's server. */
function redirect(url: string): void {
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => real(url, init));
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe("fenchel data list", () => {
  it("has a line for every set: what, where, and whether it is there", async () => {
    const folder = temporaryFolder();
    putTable(folder, "summarization/debian_descriptions_dev.tsv.gz", [["package"]]);
    put(folder, "alignment/align_de_en.tsv.gz", "");
    vi.stubEnv("FENCHEL_DATA", folder);
    const { code, out } = await fenchel("data", "list");
    expect(code).toBe(0);
    expect(out).toMatch(/^name +task +files +download +checksum +licence +title +address\n/);
    expect(out).toMatch(/^imdb +imdb +missing +84\.1 MB +published +research use.*https:\/\/ai\.stanford\.edu/m);
    expect(out).toMatch(/^debian-descriptions +summarization +2 of 3 files missing +- +manual /m);
    expect(out).toMatch(/^align-de-en +translation +present +- +manual /m);
    expect(out).toMatch(/^easy-vqa +vqa +missing +\? +first download +MIT /m);
    expect(out).toMatch(/^spam-assassin +spam +present +- +manual +CC0 /m);
    expect(out).toContain(`\nData folder: ${folder}\n`);
    const { out: json } = await fenchel("data", "list", "--json", "--data-dir", folder);
    const { sets } = JSON.parse(json) as { sets: { name: string; missing: string[]; downloads: { url: string }[] }[] };
    expect(sets.find(({ name }) => name === "snli")).toMatchObject({
      bytes: 94550081,
      missing: ["entailment/snli_dev.tsv.gz", "entailment/snli_test.tsv.gz"],
      downloads: [{ url: "https://nlp.stanford.edu/projects/snli/snli_1.0.zip" }],
    });
  });
});

describe("fenchel data check", () => {
  const header = ["package", "synopsis", "description"];
  const fileOf = (split: string) => `summarization/debian_descriptions_${split}.tsv.gz`;
  const putGood = (folder: string) => {
    for (const split of ["train", "dev", "test"])
      putTable(folder, fileOf(split), [header, ["xdot", "viewer", "A viewer."], ["ed", "editor", "An editor."]]);
  };

  it("prints rows and checksums of what is there", async () => {
    const folder = temporaryFolder();
    putGood(folder);
    const { code, out, err } = await fenchel("data", "check", "--data-dir", folder);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^summarization\/debian_descriptions_train\.tsv\.gz {2}2 rows {2}[0-9a-f]{64}\n/);
    expect(out.trimEnd().split("\n")).toHaveLength(3);
  });

  it("tells every fault in a line and exits with 1", async () => {
    const folder = temporaryFolder();
    putGood(folder);
    putTable(folder, fileOf("dev"), [header, ["ed", "", "An editor."], ["ed"], ["xdot", "viewer", "A viewer."]]);
    const { code, out, err } = await fenchel("data", "check", "debian-descriptions", "imdb", "--data-dir", folder);
    expect(code).toBe(1);
    expect(out.trimEnd().split("\n")).toHaveLength(3);
    const lines = err.trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([
      `fenchel: debian-descriptions: ${folder}/${fileOf("dev")}:2: column "synopsis" is empty`,
      `fenchel: debian-descriptions: ${folder}/${fileOf("dev")}:3: 1 columns, but the header has 3`,
    ]);
    expect(lines[2]).toMatch(/^fenchel: imdb: .*imdb_train\.tsv\.gz: no such file; get it with: fenchel data get imdb/);
    expect(lines).toHaveLength(4);
  });

  it("tells files that are empty, a header only, cut off or no table", async () => {
    const folder = temporaryFolder();
    putGood(folder);
    const file = fileOf("dev");
    const whole = gzipSync(`${header.join("\t")}\nxdot\tviewer\tA viewer.\n`);
    const faults: [string | Uint8Array, string][] = [
      ["", "the file is empty"],
      [gzipSync(""), "the file is empty"],
      [`${header.join("\t")}\n`, "the file has no rows"],
      [whole.subarray(0, -4), "broken gzip data (unexpected end of file)"],
      ["{}\n", 'no column "package"; the columns are "{}"'],
    ];
    for (const [content, fault] of faults) {
      put(folder, file, content);
      const { code, err } = await fenchel("data", "check", "debian-descriptions", "--data-dir", folder);
      expect(code).toBe(1);
      expect(err.split("\n")[0]!.replace(".tsv.gz:1:", ".tsv.gz:")).toBe(
        `fenchel: debian-descriptions: ${folder}/${file}: ${fault}`,
      );
    }
  });

  it("tells mistakes in one line", async () => {
    const empty = temporaryFolder();
    const mistakes: [string[], RegExp][] = [
      [["check", "--data-dir", empty], /no data set in it; see fenchel data list/],
      [["check", "imbd"], /unknown data set "imbd": did you mean imdb\?/],
      [["list", "--data-dir", join(empty, "x")], /--data-dir is .*x: there is no such folder/],
      [["lst"], /unknown command "lst": did you mean list\?/],
      [[], /no command is given; available: list, get, check/],
      [["get"], /missing required argument 'name'/],
    ];
    for (const [args, message] of mistakes) {
      const { code, out, err } = await fenchel("data", ...args);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/^fenchel: [^\n]+\n$/);
      expect(err).toMatch(message);
    }
  });
});

describe("fenchel data get", () => {
  it("fetches, says how it was verified, and knows it the next time", async () => {
    const folder = temporaryFolder();
    const server = await startServer(talks());
    redirect(server.url);
    const { code, out, err } = await fenchel("data", "get", "iwslt17", "--data-dir", folder);
    expect(code).toBe(0);
    expect(out).toMatch(/^translation\/iwslt17_de_en_train\.tsv\.gz {2}1 rows {2}[0-9a-f]{64}\n/);
    expect(out).toMatch(/^translation\/iwslt17_de_en_test\.tsv\.gz {2}6 rows /m);
    expect(err).toMatch(/de-en\.zip {2}[\d.]+ kB {2}SHA-256 [0-9a-f]{64} \(first download: recorded, later ones/);
    expect((await fenchel("data", "get", "iwslt17", "--data-dir", folder)).out).toBe(`iwslt17: already in ${folder}\n`);
    const forced = await fenchel("data", "get", "iwslt17", "--force", "--data-dir", folder);
    expect(forced.err).toContain("(as at the first download)");
    expect((await fenchel("data", "check", "--data-dir", folder)).code).toBe(0);
  });

  it("tells a wrong checksum, a missing file and a folder that cannot be written in one line", async () => {
    const folder = temporaryFolder();
    const server = await startServer(Buffer.from("not the real one"));
    redirect(server.url);
    const get = (name: string, dir = folder) => fenchel("data", "get", name, "--data-dir", dir);
    const wrong = await get("scitldr");
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(
      /\nfenchel: https:.*train\.jsonl: SHA-256 [0-9a-f]{64} of 16 bytes, but b222.* is expected; the file was removed/,
    );
    server.served.failures.push(404);
    const lacking = await get("multi30k");
    expect(lacking.code).toBe(2);
    expect(lacking.err).toMatch(
      /fenchel: https:.*: the server answers 404 Not Found; the file may have moved[^\n]*\n$/,
    );
    writeFileSync(join(folder, "downloads.json"), "[]");
    expect((await get("iwslt17")).err).toMatch(/not a record of downloads/);
    const blocked = temporaryFolder();
    writeFileSync(join(blocked, "downloads"), "");
    const unwritable = await get("iwslt17", blocked);
    expect(unwritable.code).toBe(2);
    expect(unwritable.err).toMatch(/^fenchel: cannot write .*downloads: [^\n]+\n$/);
  });

  it("says what to do for sets that it cannot fetch, and exits with 1", async () => {
    const folder = temporaryFolder();
    const { code, out } = await fenchel("data", "get", "gigaword", "duc2004", "--data-dir", folder);
    expect(code).toBe(1);
    expect(out).toMatch(/^gigaword \(LDC licence \(LDC2012T21\)\): license Annotated Gigaword .*train\.article\.txt/);
    expect(out).toMatch(/^ {2}https:\/\/catalog\.ldc\.upenn\.edu\/LDC2012T21$/m);
    expect(out).toMatch(/^duc2004 \(NIST agreement\): .*task1_ref3\.txt/m);
  });

  it.skipIf(process.platform === "win32").each([
    ["SIGINT", 130, /fenchel: stopped; run the same command to resume\n$/],
    ["SIGKILL", null, /^((?!stopped)[^])*$/],
  ] as const)("stops at %s with what was received, and resumes from there", async (signal, ends, says) => {
    const folder = temporaryFolder();
    const server = await startServer(talks(200_000));
    server.served.silentAfter = 150_000;
    const script = `const real = fetch; globalThis.fetch = (_, init) => real(${JSON.stringify(server.url)}, init);`;
    const command = fileURLToPath(new URL("../../bin/fenchel.js", import.meta.url));
    const child = spawn(
      process.execPath,
      [
        "--import",
        `data:text/javascript,${encodeURIComponent(script)}`,
        command,
        "data",
        "get",
        "iwslt17",
        "--data-dir",
        folder,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const part = join(folder, "downloads/iwslt17-de-en.zip.part");
    await vi.waitFor(() => expect(statSync(part).size).toBe(150_000), { timeout: 30_000 });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill(signal);
    expect(await ended).toBe(ends);
    expect(err).toMatch(says);
    expect(existsSync(join(folder, "translation"))).toBe(false);
    expect(readFileSync(part)).toHaveLength(150_000);

    server.served.silentAfter = null;
    redirect(server.url);
    expect((await fenchel("data", "get", "iwslt17", "--data-dir", folder)).code).toBe(0);
    expect(server.asked).toEqual([undefined, "bytes=150000-"]);
    expect(existsSync(part)).toBe(false);
  });

  it.skipIf(!existsSync("/dev/full"))("tells a full disk in one line", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "downloads"));
    const server = await startServer(talks());
    redirect(server.url);
    const url =
      "https://huggingface.co/datasets/IWSLT/iwslt2017/resolve/c18a4f81a47ae6fa079fe9d32db288ddde38451d/data/2017-01-trnted/texts/de/en/de-en.zip";
    symlinkSync("/dev/full", join(folder, "downloads/iwslt17-de-en.zip.part"));
    writeFileSync(join(folder, "downloads/iwslt17-de-en.zip.part.json"), JSON.stringify({ url }));
    const { code, err } = await fenchel("data", "get", "iwslt17", "--data-dir", folder);
    expect(code).toBe(2);
    expect(err).toMatch(/fenchel: cannot write .*de-en\.zip\.part: the disk is full: [^\n]+\n$/);
  });
});
