import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readRte2Alignments, readTranslationAlignments } from "../../../src/data/sets/alignment.ts";
import { readEasyVqa } from "../../../src/data/sets/easy-vqa.ts";
import { readSick, readSnli, readSnliCounterfactual } from "../../../src/data/sets/entailment.ts";
import { imdbFiles, readImdb, readImdbCounterfactual, readSst2 } from "../../../src/data/sets/imdb.ts";
import { readMovieRationales } from "../../../src/data/sets/rationales.ts";
import {
  readDebianDescriptions,
  readDuc2004,
  readGigaword,
  readSciTldr,
  readSentenceCompression,
} from "../../../src/data/sets/summarization.ts";
import { readIwslt17, readMulti30k } from "../../../src/data/sets/translation.ts";
import { complaint, picture, put, putPictures, putRecords, putTable, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

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

  it("have a checksum of what the files hold, whatever their compression", () => {
    putImdb();
    const sum = (content: string) => createHash("sha256").update(content).digest("hex");
    const train = "label\trating\tid\ttext\n1\t9\tpos/0\tGood.\n";
    expect(imdbFiles.train.read(folder).sha256).toBe(sum(train));
    const both = readImdb(folder).checksum;
    const test = imdbFiles.test.read(folder).sha256;
    expect(both).toBe(sum(`${sum(train)}  ${imdbTrain}\n${test}  ${imdbTest}\n`));
    put(folder, imdbTrain, gzipSync(train, { level: 1 }));
    expect(readImdb(folder).checksum).toBe(both);
    putImdb([[0, 9, "pos/0", "Good."]]);
    expect(readImdb(folder).checksum).not.toBe(both);
  });

  it("name file and line of what is wrong", () => {
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
      expect(complaint(folder, () => readImdb(folder))).toMatch(message);
    }
  });

  it("tell every fault to a listener and read on", () => {
    putImdb([
      [2, 9, "a", "x"],
      [1, 9, "b", "x"],
      [1, 0, "c", "x"],
    ]);
    const faults: string[] = [];
    const { rows } = imdbFiles.train.read(folder, { onFault: ({ message }) => faults.push(message) });
    expect(rows.map(({ id }) => id)).toEqual(["b"]);
    expect(faults.map((fault) => /:(\d+):/.exec(fault)![1])).toEqual(["2", "4"]);
  });

  it("are refused when empty, broken, not UTF-8, without columns or missing", () => {
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
      expect(complaint(folder, () => readImdb(folder))).toMatch(message);
    }
    rmSync(join(folder, imdbTrain));
    expect(complaint(folder, () => readImdb(folder))).toMatch(/fenchel data get imdb, or point --data-dir/);
  });

  it("take line ends of Windows and a byte order mark", () => {
    putImdb();
    put(folder, imdbTrain, gzipSync("\ufefflabel\trating\tid\ttext\r\n1\t9\tpos/0\tGood.\r\n"));
    expect(readImdb(folder).train).toEqual([{ label: 1, rating: 9, id: "pos/0", text: "Good." }]);
  });

  it("come revised and as sentences too", () => {
    for (const split of ["train", "dev", "test"]) {
      putTable(folder, `classification/imdb_counterfactual_${split}.tsv.gz`, [
        ["label", "pair", "kind", "text"],
        [0, 4, "original", "bad"],
        [1, 4, "revised", "good"],
      ]);
      putTable(folder, `classification/sst2_${split}.tsv.gz`, [
        ["label", "text"],
        [1, "fine"],
      ]);
    }
    expect(readImdbCounterfactual(folder).dev[1]).toEqual({ label: 1, pair: "4", kind: "revised", text: "good" });
    expect(readSst2(folder).test).toEqual([{ label: 1, text: "fine" }]);
  });

  it("come with rationales", () => {
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
      expect(complaint(folder, () => readMovieRationales(folder))).toMatch(message);
    }
    put(folder, path, '{"id": 1\n');
    expect(complaint(folder, () => readMovieRationales(folder))).toMatch(/:1: not JSON/);
  });
});

const snliHeader = ["label", "premise", "hypothesis", "pair_id"];

/** `count` labelled pairs with one unlabelled after every fifth. */
function snliRows(name: string, count: number): string[][] {
  const labels = ["entailment", "neutral", "contradiction"];
  return Array.from({ length: count }, (_, i) => {
    const row = [labels[i % 3]!, `p ${name} ${i}`, "h", `${name}${i}`];
    return i % 5 === 4 ? [row, ["-", "none", "h", "none"]] : [row];
  }).flat();
}

describe("entailment", () => {
  it("reads SNLI in the reduced protocol, in full once its training set is there, and from the official lines", () => {
    const put3 = (split: string, count: number) =>
      putTable(folder, `entailment/snli_${split}.tsv.gz`, [snliHeader, ...snliRows(split, count)]);
    put3("dev", 810);
    put3("test", 7);
    put3("train_first1022", 5);
    const reduced = readSnli(folder);
    expect(reduced.protocol).toBe("reduced");
    expect(reduced.train.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 5 }, (_, i) => `train_first1022${i}`),
      ...Array.from({ length: 10 }, (_, i) => `dev${i}`),
    ]);
    expect([reduced.dev.length, reduced.dev[0]!.id, reduced.dev.at(-1)!.id]).toEqual([800, "dev10", "dev809"]);
    expect(reduced.test).toHaveLength(7);
    expect([...reduced.train, ...reduced.test].every(({ label }) => label !== ("-" as string))).toBe(true);
    expect(complaint(folder, () => readSnli(folder, { protocol: "full" }))).toMatch(
      /^entailment\/snli_train\.tsv\.gz: no such file; get it with: fenchel data get snli/,
    );

    const lines = snliRows("official", 1030).map(([gold_label, sentence1, sentence2, pairID]) =>
      JSON.stringify({ gold_label, sentence1, sentence2, pairID, annotator_labels: [] }),
    );
    put(folder, "entailment/snli_1.0_train.jsonl", `${lines.join("\n")}\n`);
    const full = readSnli(folder);
    expect([full.protocol, full.train.length, full.dev.length]).toEqual(["full", 1030, 810]);
    expect(full.checksum).not.toBe(reduced.checksum);
    expect(readSnli(folder, { protocol: "reduced" })).toEqual(reduced);
    rmSync(join(folder, "entailment/snli_train_first1022.tsv.gz"));
    const fromFull = readSnli(folder, { protocol: "reduced" });
    expect(fromFull.train.length).toBe(1022 + 10);
    expect(fromFull.train[1021]!.id).toBe("official1021");
    rmSync(join(folder, "entailment/snli_1.0_train.jsonl"));
    put3("train_first1022", 5);
    put3("dev", 800);
    expect(complaint(folder, () => readSnli(folder))).toMatch(/800 labelled pairs; the reduced protocol needs more/);
    expect(() => readSnli(folder, { protocol: "fast" as "auto" })).toThrow(
      'protocol must be "reduced", "full" or "auto"',
    );
  });

  it("keeps the explanations that there are", () => {
    putTable(folder, "entailment/snli_test.tsv.gz", [
      [...snliHeader, "annotator_labels", "explanation_1", "explanation_2", "explanation_3"],
      ["neutral", "p", "h", "id", "neutral", "why", "", "also"],
    ]);
    putTable(folder, "entailment/snli_dev.tsv.gz", [snliHeader, ...snliRows("dev", 801)]);
    expect(readSnli(folder).test[0]!.explanations).toEqual(["why", "also"]);
    putTable(folder, "entailment/snli_test.tsv.gz", [snliHeader, ["maybe", "p", "h", "id"]]);
    expect(complaint(folder, () => readSnli(folder))).toMatch(
      /:2: column "label" must be "entailment" or .* got "maybe"/,
    );
  });

  it("reads SICK and counterfactual pairs", () => {
    const header = ["label", "premise", "hypothesis", "relatedness", "id"];
    for (const split of ["train", "dev", "test"])
      putTable(folder, `entailment/sick_${split}.tsv.gz`, [header, ["neutral", "a", "b", 3.6, 4]]);
    expect(readSick(folder).dev).toEqual([
      { label: "neutral", premise: "a", hypothesis: "b", relatedness: 3.6, id: "4" },
    ]);
    for (const wrong of ["", "6", "x"]) {
      putTable(folder, "entailment/sick_dev.tsv.gz", [header, ["neutral", "a", "b", wrong, 4]]);
      expect(complaint(folder, () => readSick(folder))).toMatch(
        /:2: column "relatedness" must be a number from 1 to 5/,
      );
    }
    putTable(folder, "entailment/cad_snli_counterfactual_train.tsv.gz", [
      ["label", "premise", "hypothesis"],
      ["contradiction", "a", "b"],
    ]);
    expect(readSnliCounterfactual(folder).train).toEqual([{ label: "contradiction", premise: "a", hypothesis: "b" }]);
  });
});

describe("translation and word alignment", () => {
  it("reads captions in three languages and talks in two", () => {
    for (const split of ["train", "dev", "test2016", "test2017"])
      putTable(folder, `translation/multi30k_${split}.tsv.gz`, [
        ["de", "en", "fr"],
        ["Ein Hund.", "A dog.", "Un chien."],
      ]);
    expect(readMulti30k(folder).test2017).toEqual([{ de: "Ein Hund.", en: "A dog.", fr: "Un chien." }]);
    putTable(folder, "translation/multi30k_dev.tsv.gz", [
      ["de", "en", "fr"],
      ["Ein Hund.", "", "Un chien."],
    ]);
    expect(complaint(folder, () => readMulti30k(folder))).toBe(
      'translation/multi30k_dev.tsv.gz:2: column "en" is empty',
    );
    for (const split of ["train", "dev", "test"])
      putTable(folder, `translation/iwslt17_de_en_${split}.tsv.gz`, [
        ["de", "en"],
        ["Ja.", "Yes."],
      ]);
    expect(readIwslt17(folder).train).toEqual([{ de: "Ja.", en: "Yes." }]);
  });

  it("reads links, the sure among the possible ones, and refuses links to words that are not there", () => {
    const path = "alignment/align_de_en.tsv.gz";
    const header = ["de", "en", "sure", "possible"];
    putTable(folder, path, [header, ["das ist gut", "good", "2-0", "2-0 0-0"], ["a", "b", "", ""]]);
    expect(readTranslationAlignments(folder, "de-en").pairs).toEqual([
      {
        source: ["das", "ist", "gut"],
        target: ["good"],
        sure: [[2, 0]],
        possible: [
          [2, 0],
          [0, 0],
        ],
      },
      { source: ["a"], target: ["b"], sure: [], possible: [] },
    ]);
    const faults: [string, RegExp][] = [
      ["0-1", /:2: column "sure": link 0-1 goes beyond 1 and 1 words$/],
      ["0:0", /:2: column "sure" must hold links such as 0-2, got "0:0"$/],
    ];
    for (const [link, message] of faults) {
      putTable(folder, path, [header, ["a", "b", link, ""]]);
      expect(complaint(folder, () => readTranslationAlignments(folder, "de-en"))).toMatch(message);
    }
    for (const split of ["dev", "test"])
      putTable(folder, `alignment/msr_rte2_${split}.tsv.gz`, [
        ["id", "source", "target", "sure", "possible"],
        [1, "x y", "y", "1-0", ""],
      ]);
    expect(readRte2Alignments(folder).test[0]!.sure).toEqual([[1, 0]]);
  });
});

describe("summaries", () => {
  it("reads compressions, synopses and papers", () => {
    for (const split of ["train", "dev", "test_vectorized"])
      putTable(folder, `summarization/google_sentcomp_${split}.tsv.gz`, [
        ["sentence", "compression"],
        ["a b c", "a c"],
      ]);
    expect(readSentenceCompression(folder).test).toEqual([{ text: "a b c", summary: "a c" }]);
    for (const split of ["train", "dev", "test"]) {
      putTable(folder, `summarization/debian_descriptions_${split}.tsv.gz`, [
        ["package", "synopsis", "description"],
        ["xdot", "viewer", "A viewer of graphs."],
      ]);
      putRecords(folder, `summarization/scitldr_${split}.jsonl.gz`, [
        { id: "p", title: "t", text: ["One.", "Two."], summaries: ["Both."] },
      ]);
    }
    expect(readDebianDescriptions(folder).train[0]).toEqual({
      package: "xdot",
      text: "A viewer of graphs.",
      summary: "viewer",
    });
    expect(readSciTldr(folder).dev[0]).toEqual({ id: "p", title: "t", text: ["One.", "Two."], summaries: ["Both."] });
    putRecords(folder, "summarization/scitldr_dev.jsonl.gz", [{ id: "p", title: "t", text: ["One."], summaries: [] }]);
    expect(complaint(folder, () => readSciTldr(folder))).toMatch(/:1: member "summaries" is empty$/);
  });

  it("reads the licensed sets from the user's own files", () => {
    const giga = (name: string, text: string) => put(folder, `summarization/gigaword/${name}.txt`, text);
    expect(complaint(folder, () => readGigaword(folder))).toMatch(/see how to get it with: fenchel data get gigaword/);
    giga("train.article", "a one\nb two\n");
    giga("train.title", "a\nb\n");
    giga("valid.article.filter", "c\n");
    giga("valid.title.filter", "c\n");
    giga("input", "d\n");
    giga("task1_ref0", "d\n");
    const data = readGigaword(folder);
    expect(data.train).toEqual([
      { text: "a one", summary: "a" },
      { text: "b two", summary: "b" },
    ]);
    expect(readGigaword(folder, { mostTrain: 1 }).train).toEqual(data.train.slice(0, 1));
    giga("valid.title.filter", "c\nd\n");
    expect(complaint(folder, () => readGigaword(folder))).toMatch(
      /valid\.title\.filter\.txt has 2 lines, but .* has 1/,
    );
    const duc = (name: string, text: string) => put(folder, `summarization/duc2004/${name}.txt`, text);
    duc("input", "a b\nc d\n");
    for (let i = 0; i < 4; i++) duc(`task1_ref${i}`, `a${i}\nc${i}\n`);
    expect(readDuc2004(folder).test[1]).toEqual({ text: "c d", summaries: ["c0", "c1", "c2", "c3"] });
    duc("task1_ref2", "a2\n\n");
    expect(complaint(folder, () => readDuc2004(folder))).toBe(
      'summarization/duc2004/task1_ref2.txt:2: column "text" is empty',
    );
  });
});

describe("easy-VQA", () => {
  const header = ["question", "answer", "image"];
  function putVqa(pictures: readonly Uint8Array[], asked: (string | number)[][] = [["what?", "red", 1]]): void {
    for (const split of ["train", "test"]) {
      putPictures(folder, `vqa/easy_vqa_${split}_images.tar`, pictures);
      putTable(folder, `vqa/easy_vqa_${split}_questions.tsv.gz`, [header, ...asked]);
    }
  }

  it("decodes pictures to red, green and blue by number", () => {
    putVqa([picture([1, 2, 3]), picture([200, 100, 0, 255]), picture([7])]);
    const { train } = readEasyVqa(folder);
    expect(train.questions).toEqual([{ question: "what?", answer: "red", image: 1 }]);
    expect(train.images.map((image) => image.length)).toEqual([12288, 12288, 12288]);
    expect(train.images.map((image) => Array.from(image.slice(-3)))).toEqual([
      [1, 2, 3],
      [200, 100, 0],
      [7, 7, 7],
    ]);
  });

  it("names the picture or the line that is wrong", () => {
    const good = picture([1, 2, 3]);
    const cut = good.slice(0, 60);
    const faults: [() => void, RegExp][] = [
      [() => putVqa([good, cut]), /images\.tar:train\/1\.png: not a picture in PNG/],
      [() => putVqa([good, Buffer.from("text")]), /images\.tar:train\/1\.png: not a picture in PNG/],
      [() => putVqa([good, picture([1, 2, 3], 32)]), /train\/1\.png: 32 x 32 pixels, where 64 x 64 are expected/],
      [() => putVqa([good]), /train_questions\.tsv\.gz:2: picture 1 is asked about, but there are 1$/],
      [() => putVqa([good, good], [["what?", "pink", 0]]), /:2: column "answer" must be .* got "pink"/],
      [() => putVqa([good, good], [["what?", "red", "-1"]]), /:2: column "image" must be a whole number/],
      [() => putVqa([]), /the archive has no pictures/],
    ];
    for (const [make, message] of faults) {
      make();
      expect(complaint(folder, () => readEasyVqa(folder))).toMatch(message);
    }
    putVqa([good, good]);
    put(folder, "vqa/easy_vqa_test_images.tar", "");
    expect(complaint(folder, () => readEasyVqa(folder))).toBe("vqa/easy_vqa_test_images.tar: the file is empty");
  });
});
