/** Film reviews are read as they stand, and faults of their files named by file and line. */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { imdb, readImdb, type ImdbReview } from "../../src/datasets/imdb.ts";
import type { AnyFile } from "../../src/datasets/kit/dataset.ts";
import { readMovieRationales } from "../../src/datasets/movie-rationales.ts";
import { complaint, put, putRecords, putTable, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

const [trainFile, testFile] = imdb.files as [AnyFile, AnyFile];
const imdbHeader = ["label", "rating", "id", "text"];
const imdbTrain = "classification/imdb_train.tsv.gz";
const imdbTest = "classification/imdb_test.tsv.gz";

function putImdb(train: (string | number)[][] = [[1, 9, "pos/0", "Good."]]): void {
  putTable(folder, imdbTrain, [imdbHeader, ...train]);
  putTable(folder, imdbTest, [imdbHeader, [0, 2, "neg/7", 'A "bad" one, été.']]);
}

describe("film reviews", () => {
  it("have label, rating, id and text as they stand", () => {
    putImdb();
    const data = readImdb(folder);
    expect(data.train).toEqual([{ label: 1, rating: 9, id: "pos/0", text: "Good." }]);
    expect(data.test).toEqual([{ label: 0, rating: 2, id: "neg/7", text: 'A "bad" one, été.' }]);
  });

  it("have a checksum of what the files hold, whatever their compression", async () => {
    putImdb();
    const sum = (content: string) => createHash("sha256").update(content).digest("hex");
    const train = "label\trating\tid\ttext\n1\t9\tpos/0\tGood.\n";
    expect((await trainFile.read(folder)).sha256).toBe(sum(train));
    const both = readImdb(folder).checksum;
    const test = (await testFile.read(folder)).sha256;
    expect(both).toBe(sum(`${sum(train)}  ${imdbTrain}\n${test}  ${imdbTest}\n`));
    put(folder, imdbTrain, gzipSync(train, { level: 1 }));
    expect(readImdb(folder).checksum).toBe(both);
    putImdb([[0, 9, "pos/0", "Good."]]);
    expect(readImdb(folder).checksum).not.toBe(both);
  });

  it("name file and line of what is wrong", async () => {
    const faults: [(string | number)[], RegExp][] = [
      [[2, 9, "pos/0", "x"], /^classification\/imdb_train\.tsv\.gz:3: column "label" must be "0" or "1", got "2"$/],
      [[1, 11, "pos/0", "x"], /:3: column "rating" must be a whole number from 1 to 10, got "11"$/],
      [[1, "", "pos/0", "x"], /:3: column "rating" must be a whole number/],
      [[1, 9, "pos/0", " "], /:3: column "text" is empty$/],
      [[1, 9, "pos/0"], /:3: 3 columns, but the header has 4$/],
      [[1, 9, "pos/0", "x", "y"], /:3: 5 columns, but the header has 4$/],
      [[""], /:3: 1 columns, but the header has 4$/],
    ];
    for (const [row, message] of faults) {
      putImdb([[1, 9, "pos/0", "x"], row]);
      expect(await complaint(folder, () => readImdb(folder))).toMatch(message);
    }
  });

  it("tell every fault to a listener and read on", async () => {
    putImdb([
      [2, 9, "a", "x"],
      [1, 9, "b", "x"],
      [1, 0, "c", "x"],
    ]);
    const faults: string[] = [];
    const { rows } = await trainFile.read(folder, { onFault: ({ message }) => faults.push(message) });
    expect(rows.map((row) => (row as ImdbReview).id)).toEqual(["b"]);
    expect(faults.map((fault) => /:(\d+):/.exec(fault)![1])).toEqual(["2", "4"]);
  });

  it("are refused when empty, broken, not UTF-8, without columns or missing", async () => {
    putImdb();
    const contents: [string | Uint8Array, RegExp][] = [
      ["", /^classification\/imdb_train\.tsv\.gz: the file is empty$/],
      [gzipSync(""), /: the file is empty$/],
      [gzipSync("label\trating\tid\ttext\n"), /: the file has no rows$/],
      [gzipSync("label\tid\ttext\n"), /:1: no column "rating"; the columns are "label", "id", "text"$/],
      [gzipSync("label\trating\tid\ttext\n1\t9\tpos/0\tx\n").subarray(0, 30), /: broken gzip data/],
      [Buffer.from("label\trating\tid\ttext\n1\t9\ta\tb\xe9\n", "latin1"), /:2:8: not UTF-8/],
    ];
    for (const [content, message] of contents) {
      put(folder, imdbTrain, content);
      expect(await complaint(folder, () => readImdb(folder))).toMatch(message);
    }
    rmSync(join(folder, imdbTrain));
    expect(await complaint(folder, () => readImdb(folder))).toMatch(/fenchel data get imdb, or point --data-dir/);
  });

  it("take line ends of Windows and a byte order mark", () => {
    putImdb();
    put(folder, imdbTrain, gzipSync("\ufefflabel\trating\tid\ttext\r\n1\t9\tpos/0\tGood.\r\n"));
    expect(readImdb(folder).train).toEqual([{ label: 1, rating: 9, id: "pos/0", text: "Good." }]);
  });

  it("come with rationales", async () => {
    const path = "classification/movie_rationales.jsonl.gz";
    const review = (id: string, split: string, rationales: unknown, tokens: unknown = ["a", "b", "c"]) => ({
      id,
      label: 0,
      split,
      tokens,
      rationales,
    });
    putRecords(folder, path, [
      review("n0", "train", [
        [0, 1],
        [1, 3],
      ]),
      review("n1", "dev", []),
      review("n2", "test", []),
    ]);
    const data = readMovieRationales(folder);
    expect(data.train).toMatchObject([
      {
        id: "n0",
        label: 0,
        tokens: ["a", "b", "c"],
        rationales: [
          [0, 1],
          [1, 3],
        ],
      },
    ]);
    expect([data.dev.length, data.test.length]).toEqual([1, 1]);
    const faults: [unknown, RegExp][] = [
      [review("n", "train", [[1, 4]]), /:1: rationales\[0\] is \[1, 4\]: expected a span from 0 to 3 tokens$/],
      [
        review("n", "train", [
          [1, 2],
          [0, 1],
        ]),
        /:1: rationales\[1\] is \[0, 1\]/,
      ],
      [review("n", "train", [[2, 2]]), /rationales\[0\]/],
      [review("n", "train", [[1]]), /:1: member "rationales" must be a list of pairs of whole numbers/],
      [review("n", "trial", []), /:1: member "split" must be one of train, dev, test, got "trial"$/],
      [review("n", "dev", [], []), /:1: member "tokens" is empty$/],
      [review("n", "dev", [], [1]), /:1: member "tokens" must be a list of texts/],
      [{ id: "n", split: "dev", tokens: ["a"] }, /:1: no member "label"; the object has "id", "split", "tokens"$/],
      [[1], /:1: expected an object/],
    ];
    for (const [record, message] of faults) {
      putRecords(folder, path, [record]);
      expect(await complaint(folder, () => readMovieRationales(folder))).toMatch(message);
    }
    put(folder, path, '{"id": 1\n');
    expect(await complaint(folder, () => readMovieRationales(folder))).toMatch(/:1: not JSON/);
  });
});
