/** Files of labelled texts, and what is said of broken ones. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { readLabelledFile, type LabelledFileOptions } from "../../src/datasets/labelled-file.ts";

const folder = mkdtempSync(join(tmpdir(), "fenchel-"));
afterAll(() => rmSync(folder, { recursive: true }));

const labels = ["ham", "spam"];

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const read = (name: string, content: string | Uint8Array, options: Partial<LabelledFileOptions> = {}): unknown =>
  readLabelledFile(write(name, content), { labels, ...options });

/** The message, without the folder, of the DataError that reading throws. */
function complaint(name: string, content: string | Uint8Array, options: Partial<LabelledFileOptions> = {}): string {
  const path = write(name, content);
  try {
    readLabelledFile(path, { labels, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as DataError;
    expect(message).not.toContain("\n");
    return message.replaceAll(`${folder}/`, "");
  }
  throw new Error("nothing was thrown");
}

const expected = [
  { line: 2, label: 1, text: "buy now" },
  { line: 3, label: 0, text: "see you" },
];

describe("labelled files", () => {
  it("reads TSV, CSV and JSON lines, gzipped or not, with any line ends and a byte order mark", () => {
    expect(read("a.tsv", "label\ttext\nspam\tbuy now\nham\tsee you\n")).toEqual(expected);
    expect(read("a.csv", "\ufefftext,label\r\nbuy now,Spam\r\nsee you,0\r\n")).toEqual(expected);
    expect(read("a.jsonl", '\n{"label":1,"text":"buy now"}\n{"text":"see you","label":"ham"}')).toEqual(expected);
    expect(read("a.tsv.gz", gzipSync("label\ttext\nspam\tbuy now\nham\tsee you\n"))).toEqual(expected);
    expect(read("a.data", "label\ttext\nspam\tbuy now\nham\tsee you", { format: "tsv" })).toEqual(expected);
  });
  it("reads quoted CSV fields with commas, quotes and line ends, and counts lines through them", () => {
    expect(read("q.csv", 'label,text\nspam,"a ""b"", c\nd"\n\nham,e\n')).toEqual([
      { line: 2, label: 1, text: 'a "b", c\nd' },
      { line: 5, label: 0, text: "e" },
    ]);
  });
  it("takes other column names", () => {
    expect(read("c.tsv", "id\ty\tx\n7\tspam\tbuy\n", { labelColumn: "y", textColumn: "x" })).toEqual([
      { line: 2, label: 1, text: "buy" },
    ]);
  });
  it("reads a label that is a number as that label where the task has it", () => {
    expect(read("n.tsv", "label\ttext\n1\tgood\n", { labels: ["1", "0"] })).toEqual([
      { line: 2, label: 0, text: "good" },
    ]);
  });
});

describe("broken labelled files", () => {
  it("are named with file, line and column", () => {
    expect(complaint("e.tsv", "")).toBe("e.tsv: the file is empty");
    expect(complaint("h.tsv", "label\ttext\n")).toBe("h.tsv: a header line but no rows");
    expect(complaint("m.csv", "label,body\nspam,x\n")).toBe(
      'm.csv:1: no column "text"; the columns are "label", "body" (name yours with --text-column)',
    );
    expect(complaint("d.csv", "label,text,text\nspam,x,y\n")).toBe('d.csv:1: two columns are named "text"');
    expect(complaint("f.tsv", "label\ttext\nspam\ta\nham\tb\tc\n")).toBe("f.tsv:3: 3 columns, but the header has 2");
    expect(complaint("l.tsv", "label\ttext\nspan\ta\n")).toBe(
      'l.tsv:2: column "label": unknown label "span"; expected "ham" or "spam", or a number from 0 to 1',
    );
    expect(complaint("l2.tsv", "label\ttext\n2\ta\n")).toContain('unknown label "2"');
    expect(complaint("t.tsv", "label\ttext\nspam\t \n")).toBe("t.tsv:2: the text is empty");
    expect(complaint("x.txt", "a")).toBe(
      "x.txt: cannot tell the format from the name; it must end in .tsv, .csv or .jsonl, or in one of these and .gz",
    );
  });
  it("are named when CSV quotes are wrong", () => {
    expect(complaint("q1.csv", 'label,text\nspam,"never closed\nham,x')).toBe("q1.csv:2:6: the quote is never closed");
    expect(complaint("q2.csv", 'label,text\nspam,say "hi"\n')).toContain(
      "q2.csv:2:10: a quote in the middle of a field",
    );
    expect(complaint("q3.csv", 'label,text\nspam,"a\nb"c\n')).toContain("q3.csv:3:3: a quote in the middle of a field");
  });
  it("are named when JSON lines are wrong", () => {
    expect(complaint("j1.jsonl", '{"label":1,"text":"a"}\n{"label":')).toMatch(/^j1\.jsonl:2: not JSON \(/);
    expect(complaint("j2.jsonl", "[1]")).toBe('j2.jsonl:1: expected an object a line, got "[1]"');
    expect(complaint("j3.jsonl", '{"label":1}')).toBe('j3.jsonl:1: no member "text"; the object has "label"');
    expect(complaint("j4.jsonl", '{"label":1,"text":5}')).toBe('j4.jsonl:1: member "text" must be a text, got "5"');
    expect(complaint("j5.jsonl", '{"label":null,"text":"a"}')).toBe(
      'j5.jsonl:1: member "label" must be a label, got "null"',
    );
  });
  it("are named when the bytes are wrong", () => {
    expect(complaint("u.tsv", Buffer.concat([Buffer.from("label\ttext\nspam\té"), Buffer.of(0xe9)]))).toBe(
      "u.tsv:2:7: not UTF-8; convert the file, for instance with iconv",
    );
    expect(complaint("g.tsv.gz", gzipSync("label\ttext\nspam\tabc\n").subarray(0, 20))).toMatch(
      /^g\.tsv\.gz: broken gzip data \(/,
    );
    expect(() => readLabelledFile(join(folder, "none.tsv"), { labels })).toThrow(/none\.tsv: no such file$/);
    expect(() => readLabelledFile(folder, { labels, format: "tsv" })).toThrow(/: is a folder, not a file$/);
  });
});
