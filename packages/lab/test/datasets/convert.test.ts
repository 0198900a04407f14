/** Original archives become the files that are read. */
import { gzipSync, gunzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import {
  convertImdb,
  convertImdbCounterfactual,
  convertMovieRationales,
} from "../../src/datasets/convert/classification.ts";
import { convertEasyVqa } from "../../src/datasets/convert/easy-vqa.ts";
import { convertSick, convertSnli, convertSnliCounterfactual } from "../../src/datasets/convert/entailment.ts";
import type { Converter } from "../../src/datasets/kit/sources.ts";
import {
  COMPRESSION_FILES,
  convertSciTldr,
  convertSentenceCompression,
} from "../../src/datasets/convert/summarization.ts";
import { treebankTokens } from "../../src/datasets/kit/packing.ts";
import { convertIwslt17, convertMulti30k } from "../../src/datasets/convert/translation.ts";
import { packTar, tarFiles } from "../../src/datasets/kit/tar-archive.ts";
import { zipFile } from "../../src/datasets/kit/zip-archive.ts";
import { complaint, picture, put, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

function sourcesOf(files: Readonly<Record<string, string | Uint8Array>>): (name: string) => string {
  for (const [name, content] of Object.entries(files)) put(folder, name, content);
  return (name) => {
    expect(Object.keys(files)).toContain(name);
    return `${folder}/${name}`;
  };
}

/** The converted files by path, unpacked. */
function convert(converter: Converter, files: Readonly<Record<string, string | Uint8Array>>): Record<string, string> {
  return Object.fromEntries(
    Array.from(converter(sourcesOf(files)), ({ path, bytes }) => [
      path,
      Buffer.from(path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"),
    ]),
  );
}

const tar = (files: Readonly<Record<string, string | Uint8Array>>) =>
  packTar(Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) })));
const zip = (files: Readonly<Record<string, string>>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])));

describe("archives", () => {
  it("gives back what was packed, with long names of pax and GNU tar", () => {
    const bytes = tar({ "a/b.txt": "one", empty: "", "c.txt": "x".repeat(600) });
    expect(bytes.length % 10240).toBe(0);
    const names = (archive: Uint8Array) => Array.from(tarFiles("t", archive), ({ name, bytes: b }) => [name, b.length]);
    expect(names(bytes)).toEqual([
      ["a/b.txt", 3],
      ["empty", 0],
      ["c.txt", 600],
    ]);
    const long = `${"d/".repeat(90)}long.txt`;
    const record = (text: string) => {
      const length = text.length + 1;
      return `${length + String(length + 3).length} ${text}`;
    };
    const special = (type: string, name: string, content: string) => {
      const one = tar({ [name]: content }).subarray(0, 512 + Math.ceil(content.length / 512) * 512);
      const header = Buffer.from(one);
      header.write(type, 156);
      header.write("        ", 148);
      const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      return header;
    };
    const end = Buffer.alloc(1024);
    const plain = special("0", "short.txt", "hi");
    expect(names(Buffer.concat([special("x", "pax", record(`path=${long}\n`)), plain, plain, end]))).toEqual([
      [long, 2],
      ["short.txt", 2],
    ]);
    expect(names(Buffer.concat([special("L", "././@LongLink", `${long}\0`), plain, end]))).toEqual([[long, 2]]);
    expect(names(Buffer.concat([special("g", "pax_global_header", record("comment=abc\n")), plain, end]))).toEqual([
      ["short.txt", 2],
    ]);
    expect(names(Buffer.concat([special("5", "folder/", ""), plain, end]))).toEqual([["short.txt", 2]]);
  });

  it("tells a broken archive", () => {
    const bytes = tar({ "a.txt": "x".repeat(600) });
    const read = (archive: Uint8Array) => complaint(folder, () => Array.from(tarFiles("t.tar", archive)));
    expect(read(bytes.subarray(0, 700))).toBe("t.tar: the archive is cut off in the file at byte 0");
    expect(read(bytes.subarray(0, 300))).toBe("t.tar: the archive is cut off at byte 0");
    expect(read(Buffer.from("text".repeat(200)))).toMatch(/^t\.tar: byte 0 is not the header/);
    expect(complaint(folder, () => zipFile("z.zip", Buffer.from("text"), "a"))).toMatch(/^z\.zip: broken zip archive/);
    const packed = zip({ "x/a.txt": "1", "y/a.txt": "2", "__MACOSX/x/b.txt": "3", "x/b.txt": "4" });
    expect(complaint(folder, () => zipFile("z.zip", packed, "a.txt"))).toBe("z.zip: 2 files named a.txt");
    expect(complaint(folder, () => zipFile("z.zip", packed, "c.txt"))).toBe("z.zip: no file named c.txt");
    expect(zipFile("z.zip", packed, "b.txt").toString()).toBe("4");
  });
});

describe("film reviews", () => {
  it("become tables in the order of their numbers", () => {
    const archive = tar({
      "aclImdb/train/pos/10_9.txt": "Good.<br /><br />Very\tgood. ",
      "aclImdb/train/pos/2_10.txt": "Été",
      "aclImdb/train/unsup/0_0.txt": "none",
      "aclImdb/train/neg/0_1.txt": "Bad",
      "aclImdb/test/neg/1_4.txt": "So so",
    });
    expect(convert(convertImdb, { "aclImdb_v1.tar.gz": gzipSync(archive) })).toEqual({
      "classification/imdb_train.tsv.gz":
        "label\trating\tid\ttext\n0\t1\tneg/0\tBad\n1\t10\tpos/2\tÉté\n1\t9\tpos/10\tGood. Very good.\n",
      "classification/imdb_test.tsv.gz": "label\trating\tid\ttext\n0\t4\tneg/1\tSo so\n",
    });
    expect(complaint(folder, () => convert(convertImdb, { "aclImdb_v1.tar.gz": tar({ a: "x" }) }))).toBe(
      "aclImdb_v1.tar.gz: no reviews in aclImdb/train",
    );
  });

  it("become pairs of an original and a revision", () => {
    const header = "Sentiment\tText\tbatch_id\n";
    const files = Object.fromEntries(
      ["train", "dev", "test"].flatMap((split) => [
        [
          `${split}_paired.tsv`,
          `${header}Negative\t"a ""bad"" film<br />"\t4\nPositive\ta good film\t4\nPositive\tmended\t5\nNegative\tworse\t5\n`,
        ],
        [`orig_${split}.tsv`, 'Sentiment\tText\nNegative\t"a ""bad"" film"\nPositive\tmende\n'],
      ]),
    ) as Record<string, string>;
    expect(convert(convertImdbCounterfactual, files)["classification/imdb_counterfactual_dev.tsv.gz"]).toBe(
      'label\tpair\tkind\ttext\n0\t4\toriginal\ta "bad" film\n1\t4\trevised\ta good film\n1\t5\toriginal\tmended\n0\t5\trevised\tworse\n',
    );
    const wrong = { ...files, "train_paired.tsv": `${header}Mixed\tx\t4\n` };
    expect(complaint(folder, () => convert(convertImdbCounterfactual, wrong))).toMatch(
      /^train_paired\.tsv:2: expected Positive or Negative/,
    );
  });

  it("keep their rationales, overlapping ones as one", () => {
    const evidence = (start_token: number, end_token: number) => ({ start_token, end_token, docid: "d", text: "t" });
    const annotation = (id: string, classification: string, evidences: unknown) =>
      JSON.stringify({ annotation_id: id, classification, evidences, query: "q" });
    const archive = tar({
      "movies/docs/posR_720.txt": "a b\nc d e f",
      "movies/docs/negR_000.txt": "x y",
      "movies/docs/negR_950.txt": "z",
      "movies/._train.jsonl": "junk",
      "movies/val.jsonl": `${annotation("posR_720.txt", "POS", [[evidence(4, 6)], [evidence(0, 2), evidence(1, 3)]])}\n`,
      "movies/train.jsonl": `${annotation("negR_000.txt", "NEG", [])}\n${annotation("negR_950.txt", "NEG", [])}\n`,
    });
    const [text] = Object.values(convert(convertMovieRationales, { "movies.tar.gz": gzipSync(archive) }));
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
    const lacking = tar({ "movies/train.jsonl": `${annotation("negR_001.txt", "NEG", [])}\n` });
    expect(complaint(folder, () => convert(convertMovieRationales, { "movies.tar.gz": lacking }))).toBe(
      "movies.tar.gz:train.jsonl:1: there is no docs/negR_001.txt",
    );
  });
});

describe("entailment", () => {
  it("takes SNLI's lines from the official archive", () => {
    const line = (gold_label: string) =>
      `${JSON.stringify({ gold_label, sentence1: "A dog.", sentence2: "An  animal.", pairID: "1.jpg#0r1e" })}\n`;
    const archive = zip({
      "snli_1.0/snli_1.0_train.jsonl": line("entailment"),
      "__MACOSX/snli_1.0/snli_1.0_train.jsonl": "junk",
      "snli_1.0/snli_1.0_dev.jsonl": line("-"),
      "snli_1.0/snli_1.0_test.jsonl": line("neutral"),
    });
    const made = convert(convertSnli, { "snli_1.0.zip": archive });
    const header = "label\tpremise\thypothesis\tpair_id\n";
    expect(made["entailment/snli_train.tsv.gz"]).toBe(`${header}entailment\tA dog.\tAn animal.\t1.jpg#0r1e\n`);
    expect(made["entailment/snli_dev.tsv.gz"]).toBe(`${header}-\tA dog.\tAn animal.\t1.jpg#0r1e\n`);
    const broken = zip({ "snli_1.0_dev.jsonl": "{}\n", "snli_1.0_test.jsonl": "", "snli_1.0_train.jsonl": "" });
    expect(complaint(folder, () => convert(convertSnli, { "snli_1.0.zip": broken }))).toMatch(
      /^snli_1\.0\.zip:snli_1\.0_dev\.jsonl:1: no member "gold_label"/,
    );
  });

  it("puts the columns of the other sets in order", () => {
    expect(
      convert(convertSnliCounterfactual, { "train.tsv": "sentence1\tsentence2\tgold_label\na\tb\tneutral\n" }),
    ).toEqual({
      "entailment/cad_snli_counterfactual_train.tsv.gz": "label\tpremise\thypothesis\nneutral\ta\tb\n",
    });
    const header = "pair_ID\tsentence_A\tsentence_B\tentailment_label\trelatedness_score\tSemEval_set\n";
    const made = convert(convertSick, {
      "SICK.zip": zip({ "SICK.txt": `${header}7\ta\tb\tNEUTRAL\t3.3\tTRIAL\n8\ta\tc\tENTAILMENT\t5\tTRAIN\n` }),
    });
    expect(made["entailment/sick_dev.tsv.gz"]).toBe(
      "label\tpremise\thypothesis\trelatedness\tid\nneutral\ta\tb\t3.3\t7\n",
    );
    expect(made["entailment/sick_train.tsv.gz"]).toContain("entailment\ta\tc\t5\t8\n");
    expect(
      complaint(folder, () =>
        convert(convertSick, { "SICK.zip": zip({ "SICK.txt": `${header}7\ta\tb\tNEUTRAL\t3\tX\n` }) }),
      ),
    ).toMatch(/unknown SemEval_set "X"$/);
  });
});

describe("translation", () => {
  it("puts captions side by side, and says when a file is short", () => {
    const files: Record<string, Uint8Array> = {};
    for (const split of ["train", "val", "test_2016_flickr", "test_2017_flickr"])
      for (const language of ["de", "en", "fr"])
        files[`${split}.${language}.gz`] = gzipSync(`${language}  one\n${language} two \n`);
    expect(convert(convertMulti30k, files)["translation/multi30k_dev.tsv.gz"]).toBe(
      "de\ten\tfr\nde one\ten one\tfr one\nde two\ten two\tfr two\n",
    );
    files["val.fr.gz"] = gzipSync("fr one\n");
    expect(complaint(folder, () => convert(convertMulti30k, files))).toMatch(
      /^.*val\.fr\.gz has 1 lines, but .* has 2$/,
    );
  });

  it("takes the sentences of talks from among the tags", () => {
    const xml = (text: string) =>
      `<?xml version="1.0"?>\n<doc>\n<title>T</title>\n<seg id="1"> ${text} &amp; more </seg>\n</doc>\n`;
    const files: Record<string, string> = {
      "de-en/train.tags.de-en.de": "<url>u</url>\n<title>T</title>\nEins\n\nDrei\n",
      "de-en/train.tags.de-en.en": "<url>u</url>\n<title>T</title>\nOne\nTwo\nThree\n",
    };
    for (const set of ["dev2010", ...[2010, 2011, 2012, 2013, 2014, 2015].map((year) => `tst${year}`)])
      for (const language of ["de", "en"])
        files[`de-en/IWSLT17.TED.${set}.de-en.${language}.xml`] = xml(set + language);
    const made = convert(convertIwslt17, { "de-en.zip": zip(files) });
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

  it("takes sentence and deletion from Google's objects over many lines", () => {
    const object = (sentence: string, text: string) =>
      JSON.stringify({ graph: { sentence }, compression: { text: "x" }, compression_untransformed: { text } }, null, 1);
    const files: Record<string, Uint8Array> = {};
    for (const name of [...COMPRESSION_FILES, "comp-data.eval.json.gz"])
      files[name] = gzipSync(
        `${object(`${name.slice(0, 4)} Paid 30 dollars today.`, "Paid dollars.")}\n\n${object("B", "")}\n`,
      );
    const made = convert(convertSentenceCompression, files);
    const row = "sent paid ## dollars today .\tpaid dollars .\n";
    expect(made["summarization/google_sentcomp_train.tsv.gz"]).toBe(`sentence\tcompression\n${row.repeat(9)}`);
    expect(made["summarization/google_sentcomp_dev.tsv.gz"]).toBe(`sentence\tcompression\n${row}`);
    files[COMPRESSION_FILES[1]!] = gzipSync('{\n "graph": {\n');
    expect(complaint(folder, () => convert(convertSentenceCompression, files))).toMatch(
      /^sent-comp\.train02\.json\.gz:2: not JSON/,
    );
  });

  it("renames the members of SciTLDR's papers", () => {
    const paper = { paper_id: "p", title: "T", source: ["One.\n"], target: ["Both  of them."], rouge_scores: [0] };
    const files = Object.fromEntries(
      ["train", "dev", "test"].map((split) => [`${split}.jsonl`, `${JSON.stringify(paper)}\n`]),
    );
    expect(convert(convertSciTldr, files)["summarization/scitldr_test.jsonl.gz"]).toBe(
      '{"id":"p","title":"T","text":["One."],"summaries":["Both of them."]}\n',
    );
  });
});

describe("easy-VQA", () => {
  it("takes questions and pictures from the repository's archive", () => {
    const data = (split: string) => `easy-VQA-abc/easy_vqa/data/${split}`;
    const files = Object.fromEntries(
      ["train", "test"].flatMap((split) => [
        [`${data(split)}/images/10.png`, picture([1, 1, 1])],
        [`${data(split)}/images/2.png`, picture([2, 2, 2])],
        [`${data(split)}/questions.json`, '[["what?","red",2]]'],
      ]),
    ) as Record<string, string | Uint8Array>;
    const made = Array.from(convertEasyVqa(sourcesOf({ "easy-VQA.tar.gz": gzipSync(tar(files)) })));
    expect(gunzipSync(made[0]!.bytes).toString()).toBe("question\tanswer\timage\nwhat?\tred\t2\n");
    expect(Array.from(tarFiles("t", made[3]!.bytes), ({ name }) => name)).toEqual(["test/2.png", "test/10.png"]);
    const wrong = { ...files, [`${data("train")}/questions.json`]: '[["what?", "red"]]' };
    expect(complaint(folder, () => convert(convertEasyVqa, { "easy-VQA.tar.gz": tar(wrong) }))).toMatch(
      /questions\.json: expected a list of \[question, answer, image\]$/,
    );
  });
});
