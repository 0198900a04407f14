/** Scores in text files: what is understood, and what is said of those that cannot be read. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseDelimited } from "../../src/cli/parse/delimited-scores.ts";
import { parseJson } from "../../src/cli/parse/json-scores.ts";
import { parseArguments, parseScores } from "../../src/cli/parse/score-array.ts";

const utf8 = (text: string) => Buffer.from(text);

/** Shape and values of a table. */
const table = (text: string, name = "x") => {
  const { shape, values } = parseDelimited(text, name);
  return [shape, Array.from(values)];
};

describe("JSON", () => {
  const read = (text: string) => {
    const { values, shape } = parseJson(text, "x");
    return [shape, Array.from(values)];
  };

  it("has the nesting as the shape", () => {
    expect(read("[[[1,2,3]],[[4,5,6]]]")).toEqual([
      [2, 1, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(read("[]")).toEqual([[0], []]);
  });

  it("may be a list per line", () => {
    expect(read("[1, 2]\n[3, 4]\r\n\n")).toEqual([
      [2, 2],
      [1, 2, 3, 4],
    ]);
  });

  it("may hold Python's -Infinity, bare or as a text", () => {
    expect(read('[1, -Infinity, "-inf", "-Infinity"]')).toEqual([[4], [1, -Infinity, -Infinity, -Infinity]]);
    expect(() => parseJson("[[1, NaN]]", "x")).toThrow(
      "x: entry [0][1] is NaN: a score is a finite number, or -inf, which removes its entry",
    );
    expect(() => parseJson("[Infinity]", "x")).toThrow(/x: entry \[0\] is Infinity: a score is/);
    // Inside a text they stay what they are.
    expect(() => parseJson('["say NaN"]', "x")).toThrow('x: entry [0] is "say NaN": a number is needed');
  });

  it("is refused with the entry that is wrong", () => {
    expect(() => parseJson("[[1,2],[3]]", "x")).toThrow("x: entry [1] has 1 entries: the lists beside it have 2");
    expect(() => parseJson("[[1],2]", "x")).toThrow("x: entry [1] is 2: the lists beside it have 1");
    expect(() => parseJson("[[1,2],[3,null]]", "x")).toThrow("x: entry [1][1] is null: a number is needed");
    expect(() => parseJson("[1,[2]]", "x")).toThrow("x: entry [1] is a list: a number is needed");
    expect(() => parseJson('{"a":{"0":1},"b":2}', "x")).toThrow(
      'x: it is a record of "a", "b", where a list of numbers, or of such lists, is needed',
    );
    expect(() => parseJson("[1, 2", "x")).toThrow(/x: it is not JSON: /);
  });

  it("that is an array as Python prints it is explained", () => {
    expect(() => parseJson("[[1. 2.]\n [3. 4.]]", "x")).toThrow(
      /it is not JSON: .* print json\.dumps\(x\.tolist\(\)\)/,
    );
  });

  it("nested too deep is refused, wherever it is deep", () => {
    const deep = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;
    expect(parseJson(deep(64), "x").shape).toHaveLength(64);
    for (const levels of [65, 100_000]) {
      expect(() => parseJson(deep(levels), "x")).toThrow("x: its lists are nested more than 64 deep");
      expect(() => parseJson(`[1,${deep(levels)}]`, "x")).toThrow("x: entry [1] is a list: a number is needed");
      expect(() => parseJson(`[[1],${deep(levels)}]`, "x")).toThrow("x: entry [1][0] is a list: a number is needed");
      expect(() => parseJson(deep(levels).slice(0, -1), "x")).toThrow(/it is not JSON/);
    }
  });
});

describe("tables", () => {
  it("are separated by commas, semicolons, tabs or blanks, with quotes, a heading, comments and empty lines", () => {
    for (const text of [
      "1,2\n3,4\n",
      "1;2\r\n3;4",
      "1\t2\n\n3\t4",
      " 1  2\n3 4 ",
      'a,b\n"1","2"\n3,4',
      "# x y\n1, 2\n3, 4",
      "sep=;\n1;2\n3;4",
      "1;2\r3;4",
      "col 1,col 2\n1,2\n3,4",
    ]) {
      expect(table(text)).toEqual([
        [2, 2],
        [1, 2, 3, 4],
      ]);
    }
  });

  it("of one column are one row, as numpy.savetxt and pandas write a vector", () => {
    expect(table("1\n2\n3\n")).toEqual([[3], [1, 2, 3]]);
    expect(table(",0\n0,1.5\n1,2.5\n")).toEqual([[2], [1.5, 2.5]]);
  });

  it.each([
    ["pandas, columns counted", ",0,1\n0,.5,.6\n1,.7,.8\n"],
    ["pandas, columns named", ",a,b\nx,.5,.6\ny,.7,.8\n"],
    ["pandas, read and written again", "Unnamed: 0,a,b\n0,.5,.6\n1,.7,.8\n"],
    ["pandas, an index with a name", "row,0,1\n0,.5,.6\n1,.7,.8\n"],
    ["pandas, tabs", "\t0\t1\n0\t.5\t.6\n1\t.7\t.8\n"],
    ["R", '"a" "b"\n"1" .5 .6\n"2" .7 .8\n'],
  ])("have their index left out: %s", (_, text) => {
    expect(table(text)).toEqual([
      [2, 2],
      [0.5, 0.6, 0.7, 0.8],
    ]);
  });

  it("with an empty cell are refused, never shifted", () => {
    const empty = (place: string) => new RegExp(`^x: ${place} is empty.*: a number is needed; -inf removes an entry$`);
    expect(() => table("a\tb\tc\n\t2\t3")).toThrow(empty("line 2, column 1"));
    expect(() => table("\t2\t3\n1\t2\t3")).toThrow(empty("line 1, column 1"));
    expect(() => table("1\t\t3")).toThrow(empty("line 1, column 2"));
    expect(() => table("1\t2\t\n1\t2\t3")).toThrow(empty("line 1, column 3"));
    expect(() => table("1,2\n3,")).toThrow(empty("line 2, column 2"));
    expect(() => table("a,b,c\n,2,3")).toThrow(empty("line 2, column 1"));
    expect(() => table(";2\n1;2")).toThrow(empty("line 1, column 1"));
  });

  it("may have decimal commas where those leave no doubt", () => {
    expect(table("1,5;2,5\n3;,25")).toEqual([
      [2, 2],
      [1.5, 2.5, 3, 0.25],
    ]);
    expect(table("1,5\t-2,5e-1")).toEqual([[2], [1.5, -0.25]]);
    expect(table("1,5 2,5\n3 4")).toEqual([
      [2, 2],
      [1.5, 2.5, 3, 4],
    ]);
    expect(table('"1,5","2"')).toEqual([[2], [1.5, 2]]);
    expect(table("0,125;1,250")).toEqual([[2], [0.125, 1.25]]);
    expect(table("1,5\n2,5", "x.tsv")).toEqual([[2], [1.5, 2.5]]);
    expect(() => table("1,5;2.5")).toThrow(
      'x: line 1, column 2 is "2.5": it has a point, and other numbers have a decimal comma',
    );
  });

  it("with thousands separators are refused by name", () => {
    expect(() => table("1,000;2,000")).toThrow(
      'x: line 1, column 1 is "1,000": it may be 1000 or 1.000: write it without a comma',
    );
    expect(() => table('"1,000","2,000"')).toThrow(/column 1 is "1,000": it may be 1000 or 1\.000/);
    for (const text of ["1,000", "1,000\n2,500", "5,1,000"]) {
      expect(() => table(text)).toThrow(/is "000": "1,000" looks like one number: write 1000$/);
    }
    expect(() => table("1 000 2 000")).toThrow('"1 000" looks like one number: write 1000');
    const refused = "thousands separators are not read: write the digits alone";
    for (const cell of ["1,234,567", "1'000", "1\u202f000", "1 000", "1,234.5", "1_000"]) {
      expect(() => table(`2;${cell}`)).toThrow(`column 2 is "${cell}": ${refused}`);
    }
    // These are two numbers.
    expect(table("1,234")).toEqual([[2], [1, 234]]);
    expect(table("0,123")).toEqual([[2], [0, 123]]);
  });

  it("are refused with line and column of what is no score", () => {
    expect(() => table("1,2\n3,x")).toThrow('x: line 2, column 2 is "x": a number is needed');
    expect(() => table("a,b\n1,2\n\n3")).toThrow("x: line 4 has 1 numbers, line 2 has 2");
    expect(() => table("a,b\n")).toThrow('line 1, column 1 is "a": a number is needed');
    expect(() => table("a\n\nb")).toThrow('line 3, column 1 is "b"');
    expect(() => table("# nothing\n")).toThrow("x: there are no numbers in it");
    expect(() => table("1,nan")).toThrow("x: line 1, column 2 is NaN: a score is a finite number, or -inf");
    expect(() => table(",a,b\n0,1,inf")).toThrow(/line 2, column 3 is Infinity/);
    expect(() => table("5%,6%\n1,2")).toThrow('line 1, column 1 is "5%": a number is needed');
    expect(() => table('1,2\n"3,4')).toThrow("x:2: a quoted field is never closed");
  });
});

describe("files", () => {
  it("are told apart by their ending, else by their content", () => {
    expect(parseScores(utf8("[1,2]"), "standard input").shape).toEqual([2]);
    expect(parseScores(utf8("[1,2]"), "a.txt").shape).toEqual([2]);
    expect(parseScores(utf8("1 2 3"), "standard input").shape).toEqual([3]);
    expect(parseScores(utf8("[1]\n[2]"), "a.JSONL").shape).toEqual([2, 1]);
    expect(() => parseScores(utf8("1 2 3"), "a.json")).toThrow(/a\.json: it is not JSON/);
    expect(() => parseScores(utf8("1 2 3"), "a.npy")).toThrow(/a\.npy: it is not an NPY file/);
    expect(() => parseScores(utf8(" \n"), "a.csv")).toThrow(/a\.csv: it is empty/);
    expect(() => parseScores(Buffer.from("PAR1\0\u0015\u0004\0"), "a")).toThrow(/a: it is neither text nor NPY/);
    expect(() => parseScores(Buffer.from([0x31, 0xe9]), "a")).toThrow("a:1:2: not UTF-8; convert the file");
  });

  it("may be gzipped", () => {
    expect(parseScores(gzipSync("1,2\n3,4"), "a.csv.gz").shape).toEqual([2, 2]);
    expect(parseScores(gzipSync("[1,2]"), "standard input").shape).toEqual([2]);
    expect(() => parseScores(gzipSync("[1,2]").subarray(0, 12), "a")).toThrow(/a: broken gzip data/);
  });

  it("may be UTF-16, with a byte order mark or without", () => {
    for (const text of ["1,2\n3,4\n", "[[1,2],[3,4]]", "x;y\r\n1;2\r\n3;4"]) {
      for (const mark of ["\ufeff", ""]) {
        const little = Buffer.from(mark + text, "utf16le");
        expect(parseScores(little, "standard input").values).toEqual(Float64Array.of(1, 2, 3, 4));
        expect(parseScores(Buffer.from(little).swap16(), "standard input").shape).toEqual([2, 2]);
      }
      expect(parseScores(utf8(`\ufeff${text}`), "standard input").shape).toEqual([2, 2]);
    }
    expect(() => parseScores(Buffer.from("\ufeff1,2", "utf16le").subarray(0, 7), "a")).toThrow(/a: broken UTF-16 text/);
    expect(() => parseScores(Buffer.of(0xff, 0xfe, 0, 0, 0x31, 0, 0, 0), "a")).toThrow(/a: UTF-32 text is not read/);
  });

  it("given as arguments are one row", () => {
    expect(parseArguments(["1", "-inf"])).toEqual({ values: Float64Array.of(1, -Infinity), shape: [2] });
    expect(() => parseArguments(["1", "nan"])).toThrow("score 2 is NaN: a score is a finite number, or -inf");
    expect(() => parseArguments(["1,5"])).toThrow('score 1 is "1,5": a number is needed');
  });
});
