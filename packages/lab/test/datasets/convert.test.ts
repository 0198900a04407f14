/** Original archives become the files that are read. */
import { gzipSync, gunzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { packTar as packEntries } from "modern-tar";
import { describe, expect, it } from "vitest";
import { easyVqa } from "../../src/datasets/easy-vqa.ts";
import { imdb } from "../../src/datasets/imdb.ts";
import { iwslt17 } from "../../src/datasets/iwslt17.ts";
import { packTar, tarFiles, zipFile } from "../../src/datasets/kit/archive.ts";
import type { DataSet } from "../../src/datasets/kit/dataset.ts";
import { sha256 } from "../../src/datasets/kit/schema.ts";
import { movieRationales } from "../../src/datasets/movie-rationales.ts";
import { multi30k } from "../../src/datasets/multi30k.ts";
import { sciTldr } from "../../src/datasets/scitldr.ts";
import { sentenceCompression, treebankTokens } from "../../src/datasets/sentence-compression.ts";
import { snli } from "../../src/datasets/snli.ts";
import { complaint, picture, put, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

/** Name and bytes of the files that the set's converter makes of official files. */
async function converted({ download }: DataSet, files: Readonly<Record<string, string | Uint8Array>>) {
  for (const [name, content] of Object.entries(files)) put(folder, name, content);
  const sources = (name: string) => {
    expect(Object.keys(files)).toContain(name);
    return `${folder}/${name}`;
  };
  const made: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  for await (const file of download!.convert(sources)) made.push(file);
  return made;
}

/** The same by path, unpacked. */
async function convert(set: DataSet, files: Readonly<Record<string, string | Uint8Array>>) {
  const made = await converted(set, files);
  return Object.fromEntries(
    made.map(({ path, bytes }) => [path, Buffer.from(path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()]),
  );
}

const tar = (files: Readonly<Record<string, string | Uint8Array>>) =>
  packTar(Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) })));
const zip = (files: Readonly<Record<string, string>>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])));

describe("archives", () => {
  const names = async (archive: Uint8Array) =>
    (await tarFiles("t.tar", archive)).map(({ name, bytes }) => [name, bytes.length]);

  it("give back what was packed, in whole records and with equal bytes for equal files", async () => {
    const bytes = await tar({ "a/b.txt": "one", empty: "", "c.txt": "x".repeat(600) });
    expect(bytes.length % 10240).toBe(0);
    expect(await names(bytes)).toEqual([
      ["a/b.txt", 3],
      ["empty", 0],
      ["c.txt", 600],
    ]);
    expect(sha256(bytes)).toBe("de84690e32990398447c86423596fdb5332d5936cb56b9ff5d13a41738b74770");
  });

  it("have long names, and folders that are passed over", async () => {
    const long = `${"d/".repeat(90)}long.txt`;
    const entries = [
      { header: { name: "folder/", type: "directory" as const, size: 0 } },
      { header: { name: long, size: 2 }, body: "hi" },
      { header: { name: "link", type: "symlink" as const, linkname: "x", size: 0 } },
      { header: { name: "short.txt", size: 2 }, body: "hi" },
    ];
    expect(await names(await packEntries(entries))).toEqual([
      [long, 2],
      ["short.txt", 2],
    ]);
  });

  it("are refused when broken", async () => {
    const bytes = await tar({ "a.txt": "x".repeat(600) });
    const read = (archive: Uint8Array) => complaint(folder, () => tarFiles("t.tar", archive));
    expect(await read(bytes.subarray(0, 700))).toBe("t.tar: broken tar archive (Tar archive is truncated)");
    expect(await read(bytes.subarray(0, 300))).toMatch(/^t\.tar: broken tar archive/);
    expect(await read(Buffer.from("text".repeat(200)))).toMatch(/^t\.tar: broken tar archive/);
    expect(await complaint(folder, () => zipFile("z.zip", Buffer.from("text"), "a"))).toMatch(
      /^z\.zip: broken zip archive/,
    );
    const packed = zip({ "x/a.txt": "1", "y/a.txt": "2", "__MACOSX/x/b.txt": "3", "x/b.txt": "4" });
    expect(await complaint(folder, () => zipFile("z.zip", packed, "a.txt"))).toBe("z.zip: 2 files named a.txt");
    expect(await complaint(folder, () => zipFile("z.zip", packed, "c.txt"))).toBe("z.zip: no file named c.txt");
    expect(zipFile("z.zip", packed, "b.txt").toString()).toBe("4");
  });
});

describe("film reviews", () => {
  it("become tables in the order of their numbers", async () => {
    const archive = await tar({
      "aclImdb/train/pos/10_9.txt": "Good.<br /><br />Very\tgood. ",
      "aclImdb/train/pos/2_10.txt": "Été",
      "aclImdb/train/unsup/0_0.txt": "none",
      "aclImdb/train/neg/0_1.txt": "Bad",
      "aclImdb/test/neg/1_4.txt": "So so",
    });
    expect(await convert(imdb, { "aclImdb_v1.tar.gz": gzipSync(archive) })).toEqual({
      "classification/imdb_train.tsv.gz":
        "label\trating\tid\ttext\n0\t1\tneg/0\tBad\n1\t10\tpos/2\tÉté\n1\t9\tpos/10\tGood. Very good.\n",
      "classification/imdb_test.tsv.gz": "label\trating\tid\ttext\n0\t4\tneg/1\tSo so\n",
    });
    const lacking = await tar({ a: "x" });
    expect(await complaint(folder, () => convert(imdb, { "aclImdb_v1.tar.gz": lacking }))).toBe(
      "aclImdb_v1.tar.gz: no reviews in aclImdb/train",
    );
  });

  it("keep their rationales, overlapping ones as one", async () => {
    const evidence = (start_token: number, end_token: number) => ({ start_token, end_token, docid: "d", text: "t" });
    const annotation = (id: string, classification: string, evidences: unknown) =>
      JSON.stringify({ annotation_id: id, classification, evidences, query: "q" });
    const archive = await tar({
      "movies/docs/posR_720.txt": "a b\nc d e f",
      "movies/docs/negR_000.txt": "x y",
      "movies/docs/negR_950.txt": "z",
      "movies/._train.jsonl": "junk",
      "movies/val.jsonl": `${annotation("posR_720.txt", "POS", [[evidence(4, 6)], [evidence(0, 2), evidence(1, 3)]])}\n`,
      "movies/train.jsonl": `${annotation("negR_000.txt", "NEG", [])}\n${annotation("negR_950.txt", "NEG", [])}\n`,
    });
    const [text] = Object.values(await convert(movieRationales, { "movies.tar.gz": gzipSync(archive) }));
    expect(
      text!
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: "negR_000", label: 0, split: "train", tokens: ["x", "y"], rationales: [] },
      {
        id: "posR_720",
        label: 1,
        split: "dev",
        tokens: ["a", "b", "c", "d", "e", "f"],
        rationales: [
          [0, 3],
          [4, 6],
        ],
      },
    ]);
    const lacking = await tar({ "movies/train.jsonl": `${annotation("negR_001.txt", "NEG", [])}\n` });
    expect(await complaint(folder, () => convert(movieRationales, { "movies.tar.gz": lacking }))).toBe(
      "movies.tar.gz:train.jsonl:1: there is no docs/negR_001.txt",
    );
  });
});

describe("entailment", () => {
  it("takes SNLI's lines from the official archive", async () => {
    const line = (gold_label: string) =>
      `${JSON.stringify({ gold_label, sentence1: "A dog.", sentence2: "An  animal.", pairID: "1.jpg#0r1e" })}\n`;
    const archive = zip({
      "snli_1.0/snli_1.0_train.jsonl": line("entailment"),
      "__MACOSX/snli_1.0/snli_1.0_train.jsonl": "junk",
      "snli_1.0/snli_1.0_dev.jsonl": line("-"),
      "snli_1.0/snli_1.0_test.jsonl": line("neutral"),
    });
    const made = await convert(snli, { "snli_1.0.zip": archive });
    const header = "label\tpremise\thypothesis\tpair_id\n";
    expect(made["entailment/snli_train.tsv.gz"]).toBe(`${header}entailment\tA dog.\tAn animal.\t1.jpg#0r1e\n`);
    expect(made["entailment/snli_dev.tsv.gz"]).toBe(`${header}-\tA dog.\tAn animal.\t1.jpg#0r1e\n`);
    const broken = zip({ "snli_1.0_dev.jsonl": "{}\n", "snli_1.0_test.jsonl": "", "snli_1.0_train.jsonl": "" });
    expect(await complaint(folder, () => convert(snli, { "snli_1.0.zip": broken }))).toMatch(
      /^snli_1\.0\.zip:snli_1\.0_dev\.jsonl:1: no member "gold_label"/,
    );
  });
});

describe("translation", () => {
  it("puts captions side by side, and says when a file is short", async () => {
    const files: Record<string, Uint8Array> = {};
    for (const split of ["train", "val", "test_2016_flickr", "test_2017_flickr"])
      for (const language of ["de", "en", "fr"])
        files[`${split}.${language}.gz`] = gzipSync(`${language}  one\n${language} two \n`);
    expect((await convert(multi30k, files))["translation/multi30k_dev.tsv.gz"]).toBe(
      "de\ten\tfr\nde one\ten one\tfr one\nde two\ten two\tfr two\n",
    );
    files["val.fr.gz"] = gzipSync("fr one\n");
    expect(await complaint(folder, () => convert(multi30k, files))).toMatch(
      /^.*val\.fr\.gz has 1 lines, but .* has 2; they must correspond/,
    );
  });

  it("takes the sentences of talks from among the tags", async () => {
    const xml = (text: string) =>
      `<?xml version="1.0"?>\n<doc>\n<title>T</title>\n<seg id="1"> ${text} &amp; more </seg>\n</doc>\n`;
    const files: Record<string, string> = {
      "de-en/train.tags.de-en.de": "<url>u</url>\n<title>T</title>\nEins\n\nDrei\n",
      "de-en/train.tags.de-en.en": "<url>u</url>\n<title>T</title>\nOne\nTwo\nThree\n",
    };
    for (const set of ["dev2010", ...[2010, 2011, 2012, 2013, 2014, 2015].map((year) => `tst${year}`)])
      for (const language of ["de", "en"])
        files[`de-en/IWSLT17.TED.${set}.de-en.${language}.xml`] = xml(set + language);
    const made = await convert(iwslt17, { "de-en.zip": zip(files) });
    expect(made["translation/iwslt17_de_en_train.tsv.gz"]).toBe("de\ten\nEins\tOne\nDrei\tThree\n");
    expect(made["translation/iwslt17_de_en_dev.tsv.gz"]).toBe("de\ten\ndev2010de & more\tdev2010en & more\n");
    expect(made["translation/iwslt17_de_en_test.tsv.gz"]!.trimEnd().split("\n")).toHaveLength(7);
  });
});

describe("summaries", () => {
  it("cuts text as the Penn Treebank does", () => {
    const cases: [string, string][] = [
      ['He said, "it isn\'t so."', "He said , `` it is n't so . ''"],
      ["The U.S. won't pay $3,000 (yet).", "The U.S. wo n't pay $ 3,000 ( yet ) ."],
      ["Pat's dogs' toys -- 10:30...", "Pat 's dogs ' toys -- 10:30 ..."],
      ["\u201cWe\u2019re here\u201d", "`` We 're here ''"],
      ["two-year re-election", "two-year re-election"],
    ];
    for (const [text, tokens] of cases) expect(treebankTokens(text)).toBe(tokens);
  });

  it("takes sentence and deletion from Google's objects over many lines", async () => {
    const object = (sentence: string, text: string) =>
      JSON.stringify({ graph: { sentence }, compression: { text: "x" }, compression_untransformed: { text } }, null, 1);
    const files: Record<string, Uint8Array> = {};
    for (const name of sentenceCompression.download!.remote.map((file) => file.name))
      files[name] = gzipSync(
        `${object(`${name.slice(0, 4)} Paid 30 dollars today.`, "Paid dollars.")}\n\n${object("B", "")}\n`,
      );
    const made = await convert(sentenceCompression, files);
    const row = "sent paid ## dollars today .\tpaid dollars .\n";
    expect(made["summarization/google_sentcomp_train.tsv.gz"]).toBe(`sentence\tcompression\n${row.repeat(9)}`);
    expect(made["summarization/google_sentcomp_dev.tsv.gz"]).toBe(`sentence\tcompression\n${row}`);
    files["sent-comp.train02.json.gz"] = gzipSync('{\n "graph": {\n');
    expect(await complaint(folder, () => convert(sentenceCompression, files))).toMatch(
      /^sent-comp\.train02\.json\.gz:2: not JSON/,
    );
  });

  it("renames the members of SciTLDR's papers", async () => {
    const paper = { paper_id: "p", title: "T", source: ["One.\n"], target: ["Both  of them."], rouge_scores: [0] };
    const files = Object.fromEntries(
      ["train", "dev", "test"].map((split) => [`${split}.jsonl`, `${JSON.stringify(paper)}\n`]),
    );
    expect((await convert(sciTldr, files))["summarization/scitldr_test.jsonl.gz"]).toBe(
      '{"id":"p","title":"T","text":["One."],"summaries":["Both of them."]}\n',
    );
  });
});

describe("easy-VQA", () => {
  it("takes questions and pictures from the repository's archive", async () => {
    const data = (split: string) => `easy-VQA-abc/easy_vqa/data/${split}`;
    const files = Object.fromEntries(
      ["train", "test"].flatMap((split) => [
        [`${data(split)}/images/10.png`, picture([1, 1, 1])],
        [`${data(split)}/images/2.png`, picture([2, 2, 2])],
        [`${data(split)}/questions.json`, '[["what?","red",2]]'],
      ]),
    ) as Record<string, string | Uint8Array>;
    const made = await converted(easyVqa, { "easy-VQA.tar.gz": gzipSync(await tar(files)) });
    expect(gunzipSync(made[0]!.bytes).toString()).toBe("question\tanswer\timage\nwhat?\tred\t2\n");
    expect((await tarFiles("t", made[3]!.bytes)).map(({ name }) => name)).toEqual(["test/2.png", "test/10.png"]);
    const wrong = await tar({ ...files, [`${data("train")}/questions.json`]: '[["what?", "red"]]' });
    expect(await complaint(folder, () => convert(easyVqa, { "easy-VQA.tar.gz": wrong }))).toMatch(
      /questions\.json: expected a list of \[question, answer, image\]$/,
    );
  });
});
