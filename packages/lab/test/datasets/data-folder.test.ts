/** Where data sets are looked for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cacheFolder, dataFolder, setPath } from "../../src/datasets/kit/data-folder.ts";
import { complaint, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

describe("the data folder", () => {
  it("is --data-dir, else FENCHEL_DATA, else the user's cache folder", () => {
    const env = { FENCHEL_DATA: folder, XDG_CACHE_HOME: "/var/cache/me" };
    expect(dataFolder("/", { env })).toBe("/");
    expect(dataFolder(undefined, { env })).toBe(folder);
    const unset = { platform: "linux" as const, home: "/home/me" };
    expect(dataFolder(undefined, { ...unset, env: { ...env, FENCHEL_DATA: "" } })).toBe("/var/cache/me/fenchel");
    expect(dataFolder(undefined, { ...unset, env: {} })).toBe("/home/me/.cache/fenchel");
  });

  it("follows the customs of each system", () => {
    const home = "/home/me";
    expect(cacheFolder({ env: {}, platform: "darwin", home })).toBe("/home/me/Library/Caches/fenchel");
    expect(cacheFolder({ env: { XDG_CACHE_HOME: "relative" }, platform: "linux", home })).toBe(
      "/home/me/.cache/fenchel",
    );
    expect(cacheFolder({ env: { LOCALAPPDATA: "/local" }, platform: "win32", home })).toBe("/local/fenchel/Cache");
    expect(cacheFolder({ env: {}, platform: "win32", home })).toBe("/home/me/AppData/Local/fenchel/Cache");
  });

  it("must be there when somebody named it", async () => {
    writeFileSync(join(folder, "file"), "");
    const env = { FENCHEL_DATA: join(folder, "none") };
    expect(await complaint(folder, () => dataFolder(join(folder, "none")))).toBe(
      "--data-dir is none: there is no such folder",
    );
    expect(await complaint(folder, () => dataFolder(undefined, { env }))).toBe(
      "FENCHEL_DATA is none: there is no such folder",
    );
    expect(await complaint(folder, () => dataFolder(join(folder, "file")))).toMatch(
      /^--data-dir is file: it is a file/,
    );
    expect(await complaint(folder, () => dataFolder(""))).toMatch(/^--data-dir is empty/);
  });

  it("says of a missing file what to do", async () => {
    const missing = (manual: boolean) =>
      complaint(folder, () => setPath(folder, "classification/imdb_train.tsv.gz", { set: "imdb", manual }));
    expect(await missing(false)).toBe(
      "classification/imdb_train.tsv.gz: no such file; get it with: fenchel data get imdb, " +
        "or point --data-dir or FENCHEL_DATA at a folder that has classification/imdb_train.tsv.gz",
    );
    expect(await missing(true)).toContain("see how to get it with: fenchel data get imdb");
  });
});
