/** Tables of users: formats, encodings, headers, and the columns that are guessed. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { guessColumns } from "../../src/datasets/guess-columns.ts";
import { readTable, type TableOptions } from "../../src/datasets/table.ts";
import { complaint, put, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

function open(name: string, content: string | Uint8Array, options: TableOptions = {}) {
  put(folder, name, content);
  const { format, columns, guessed, rows } = readTable(join(folder, name), options);
  return {
    format,
    columns,
    text: guessed.text.map((column) => `${column.name} by ${column.by}`),
    label: guessed.label === null ? null : `${guessed.label.name} by ${guessed.label.by}`,
    rows: Array.from(rows, ({ line, fields }) => [line, ...fields]),
  };
}

const refusal = (name: string, content: string | Uint8Array, options: TableOptions = {}) =>
  complaint(folder, () => open(name, content, options));

const rows = [
  [2, "Gut, danke", "pos"],
  [3, 'das "Ende"', "neg"],
];
const opened = { columns: ["review", "class"], text: ["review by name"], label: "class by name", rows };

describe("a table", () => {
  it("may be CSV with any delimiter, TSV or JSON lines, plain or gzipped", () => {
    const csv = 'review,class\n"Gut, danke",pos\n"das ""Ende""",neg\n';
    expect(open("a.csv", csv)).toEqual({ ...opened, format: "csv" });
    expect(open("a.csv.gz", gzipSync(csv))).toEqual({ ...opened, format: "csv" });
    expect(open("b.csv", 'review;class\nGut, danke;pos\n"das ""Ende""";neg\n')).toEqual({ ...opened, format: "csv" });
    expect(open("excel.csv", 'sep=;\nreview;class\nGut, danke;pos\n"das ""Ende""";neg\n').rows).toEqual(
      rows.map(([line, ...fields]) => [Number(line) + 1, ...fields]),
    );
    const tsv = 'review\tclass\nGut, danke\tpos\ndas "Ende"\tneg\n';
    expect(open("a.tsv", tsv)).toEqual({ ...opened, format: "tsv" });
    expect(open("a.txt", tsv)).toEqual({ ...opened, format: "tsv" });
    const json = '{"review":"Gut, danke","class":"pos","tokens":[1]}\n\n{"class":"neg","review":"das \\"Ende\\""}\n';
    expect(open("a.jsonl", json)).toEqual({
      ...opened,
      format: "jsonl",
      rows: rows.map(([line, ...fields], i) => [i === 0 ? 1 : line, ...fields]),
    });
    expect(open("a.data", json).format).toBe("jsonl");
  });

  it("may come from Windows: byte order mark, CRLF, UTF-16 of PowerShell and Excel", () => {
    const csv = 'review,class\r\n"Gut, danke",pos\r\n"das ""Ende""",neg\r\n';
    const utf16 = Buffer.from(`\ufeff${csv}`, "utf16le");
    for (const bytes of [Buffer.from(`\ufeff${csv}`), utf16, Buffer.from(utf16).swap16(), gzipSync(utf16)])
      expect(open("w.csv", bytes)).toEqual({ ...opened, format: "csv" });
  });

  it("has lines in quoted fields, empty lines, emoji, and missing members of JSON", () => {
    expect(open("q.csv", 'text,label\n"two\r\nlines \u{1f600}",1\n\nlast,0').rows).toEqual([
      [2, "two\nlines \u{1f600}", "1"],
      [5, "last", "0"],
    ]);
    expect(open("m.jsonl", '{"text":"a","label":true}\n{"text":"b","note":null}\n')).toMatchObject({
      columns: ["text", "label", "note"],
      rows: [
        [1, "a", "true", ""],
        [2, "b", "", ""],
      ],
    });
  });

  it("quotes fields of TSV where the first rows show it", () => {
    expect(open("r.tsv", '"label"\t"text"\n"1"\t"good"\n').rows).toEqual([[2, "1", "good"]]);
    expect(open("p.tsv", 'label\ttext\n1\t"say ""hi""\tnow"\n').rows).toEqual([[2, "1", 'say "hi"\tnow']]);
    expect(open("n.tsv", 'label\ttext\n1\t"so it begins\n0\t"all" is said\n').rows).toEqual([
      [2, "1", '"so it begins'],
      [3, "0", '"all" is said'],
    ]);
    expect(open("f.tsv", '"a"\t"b"\n', { quotes: false, header: false }).rows).toEqual([[1, '"a"', '"b"']]);
  });

  it("may lack a header: labels recur, or all cells are numbers", () => {
    const plain = open("h.tsv", "1\ta fine film\n0\ta bad film\n1\tagain\n0\tnever\n");
    expect(plain.columns).toEqual(["column 1", "column 2"]);
    expect([plain.text, plain.label, plain.rows.length]).toEqual([["column 2 by content"], "column 1 by content", 4]);
    expect(open("s.csv", "0.5,1.5\n2,3\n").rows).toHaveLength(2);
    expect(open("i.csv", "0,1\n2,3\n").columns).toEqual(["0", "1"]);
    expect(open("again.csv", "text,label\na b,x\ntext,label\nc d,y\n").columns).toEqual(["text", "label"]);
    expect(open("o.csv", "a,b\n1,2\n", { header: false }).rows).toHaveLength(2);
    expect(open("u.csv", ",text\n0,a b\n1,c d\n").columns).toEqual(["column 1", "text"]);
  });

  it("is read a row at a time, and again for each loop", () => {
    const count = 6000;
    const line = (i: number) => `"row ${i}, long ${"x".repeat(5 * (i % 60))}",${i % 3}\n`;
    put(folder, "long.csv", `text,label\n${Array.from({ length: count }, (_, i) => line(i)).join("")}"open,1\n`);
    const table = readTable(join(folder, "long.csv"));
    const iterator = table.rows[Symbol.iterator]();
    expect(iterator.next().value).toEqual({ line: 2, fields: ["row 0, long ", "0"] });
    let last = { line: 0 };
    expect(() => {
      for (const row of table.rows) last = row;
    }).toThrow(`long.csv:${count + 2}: a quoted field is never closed`);
    expect(last.line).toBe(count + 1);
  });
});

describe("columns", () => {
  const guess = (columns: string[], cells: string[][] = [], names = {}) => {
    const { text, label } = guessColumns(columns, cells, names);
    return [...text, ...(label === null ? [] : [label])].map(({ name, by }) => `${name} by ${by}`);
  };

  it("are the user's, else those of known names, pairs among them", () => {
    expect(guess(["id", "Sentence 1", "Sentence 2", "gold_label"])).toEqual([
      "Sentence 1 by name",
      "Sentence 2 by name",
      "gold_label by name",
    ]);
    expect(guess(["Text", "rating", "Class"])).toEqual(["Text by name", "Class by name"]);
    expect(guess(["text", "label", "title"], [], { text: "title" })).toEqual(["title by user", "label by name"]);
    expect(guess(["a", "b", "label"], [], { text: ["b", "a"], label: "label" })).toEqual([
      "b by user",
      "a by user",
      "label by user",
    ]);
  });

  it("else the longest texts and the fewest values", () => {
    const cells = Array.from({ length: 40 }, (_, i) => [
      `user-${i}-with-a-long-identifier`,
      `the ${i}th message`,
      i % 7 === 0 ? "" : "x",
      ["yes", "no", "maybe"][i % 3]!,
      String(i / 7),
      `shop ${i % 8}`,
    ]);
    expect(guess(["user_id", "said", "mark", "answer", "score", "shop"], cells)).toEqual([
      "said by content",
      "answer by content",
    ]);
    expect(guess(["x", "y"], [["1", "2"], ["2", "3"], ["3", "5"], ["4", "7"]])).toEqual([]); // prettier-ignore
  });
});

describe("a broken table", () => {
  it("is told in one line with file, line and what to do", async () => {
    expect(await refusal("e.tsv", "\ufeff \n")).toBe("e.tsv: the file is empty");
    expect(await refusal("h.tsv", "label\ttext\n")).toBe("h.tsv: a header line but no rows");
    expect(await refusal("w.csv", "text,label\na,b\nc,d,e\n")).toBe("w.csv:3: 3 columns, but the first row has 2");
    expect(await refusal("c.csv", "body,label\na,b\nc,d\n", { text: "text" })).toBe(
      'c.csv:1: no column "text"; the columns are "body", "label" (name yours with --text-column)',
    );
    expect(await refusal("d.csv", "text,y,y\na,b,c\n", { label: "y" })).toBe('d.csv:1: two columns are named "y"');
    expect(await refusal("q.csv", 'text,label\n"a"b,1\n')).toMatch(/^q\.csv:2: text follows the closing quote/);
    expect(await refusal("x.txt", "one column\nonly\n")).toMatch(
      /^x\.txt: cannot tell the format from name or content/,
    );
    expect(await refusal("l.json", '[{"text": "a", "label": 1}]')).toMatch(/one object per line/);
    expect(await refusal("j.jsonl", '{"text":"a"}\n{"text":')).toMatch(/^j\.jsonl:2: not JSON \(/);
    expect(await refusal("k.jsonl", "[1]")).toBe('k.jsonl:1: expected an object, got "[1]"');
    const late = `${'{"text":"a"}\n'.repeat(1000)}{"text":["a"]}\n`;
    expect(await refusal("m.jsonl", late)).toBe(
      'm.jsonl:1001: member "text" must be a text or a number, got "[\\"a\\"]"',
    );
  });

  it("is told when the bytes are wrong", async () => {
    expect(await refusal("u.csv", Buffer.from("text,label\né,1\n\xe9,0\n", "latin1"))).toBe(
      "u.csv:2:1: not UTF-8; convert the file, for instance with iconv",
    );
    expect(await refusal("b.csv", "text,label\na\u0000,1\n")).toBe("b.csv: not a text file: it holds NUL bytes");
    expect(await refusal("x.xlsx", Buffer.from("PK\u0003\u0004rest"))).toBe(
      "x.xlsx: an Excel workbook or another zip archive; save the sheet as CSV (UTF-8)",
    );
    expect(await refusal("g.csv.gz", gzipSync("text,label\na,1\n").subarray(0, 20))).toMatch(
      /^g\.csv\.gz: broken gzip data \(/,
    );
    expect(await complaint(folder, () => readTable(join(folder, "none.csv")))).toBe("none.csv: no such file");
    expect(await complaint(folder, () => readTable(folder))).toMatch(/: is a folder, not a file$/);
  });
});
