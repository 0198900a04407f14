/** Delimiter-separated values, with the lines of rows and of faults. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { csvRows, guessDelimiter, type CsvOptions } from "../../src/base/csv.ts";

const comma: CsvOptions = { delimiter: "," };
const read = (text: string | Iterable<string>, options = comma) =>
  Array.from(csvRows("t.csv", text, options), ({ line, fields }) => [line, ...fields]);

describe("rows", () => {
  it("have quoted fields with delimiters, quotes and line ends, and the line they begin on", () => {
    expect(read('label,text\r\nspam,"a ""b"", c\r\nd"\r\n\r\nham,e\r')).toEqual([
      [1, "label", "text"],
      [2, "spam", 'a "b", c\nd'],
      [5, "ham", "e"],
    ]);
    expect(read('a;"b" ;say "hi"', { delimiter: ";" })).toEqual([[1, "a", "b", 'say "hi"']]);
    expect(read("")).toEqual([]);
  });

  it("keep quotes that are characters like any other", () => {
    expect(read('"a\tb"\n"never closed\tc\n', { delimiter: "\t", quotes: false })).toEqual([
      [1, '"a', 'b"'],
      [2, '"never closed', "c"],
    ]);
  });

  it("are the same however the text is cut into pieces", () => {
    const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "é", "\u{1f600}"), maxLength: 6 });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 5 }), (rows, linesPerPiece) => {
        const text = rows.map((row) => `${row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")}\n`).join("");
        const lines = text.split(/(?<=\n)/);
        const pieces = Array.from({ length: Math.ceil(lines.length / linesPerPiece) }, (_, i) =>
          lines.slice(i * linesPerPiece, (i + 1) * linesPerPiece).join(""),
        );
        expect(Array.from(csvRows("t", pieces, comma), ({ fields }) => fields)).toEqual(rows);
        expect(read(pieces)).toEqual(read(text));
      }),
    );
  });

  it("come one at a time", () => {
    let pieces = 0;
    const endless = (function* () {
      for (;;) yield `${pieces++},x\n`;
    })();
    expect(csvRows("t", endless, comma).next().value).toEqual({ line: 1, fields: ["0", "x"] });
    expect(pieces).toBe(1);
  });
});

describe("faults", () => {
  it("are told with the line of their row, after the rows before it", () => {
    const open = csvRows("t.csv", 'a,b\n"x\ny",1\nspam,"never closed\nham,x', comma);
    expect([open.next().value, open.next().value]).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: ["x\ny", "1"] },
    ]);
    expect(() => open.next()).toThrow(new DataError("t.csv:4: a quoted field is never closed"));
    expect(() => read(['a,b\n"x"y,1\n', "c,d\n"])).toThrow(
      "t.csv:2: text follows the closing quote of a field; quotes inside a quoted field must be doubled",
    );
  });
});

describe("the delimiter", () => {
  it("is the one that cuts every line alike", () => {
    expect(guessDelimiter("a,b\n1,2\n")).toBe(",");
    expect(guessDelimiter("a;b\n1,5;2,5\n1;2,25\n")).toBe(";");
    expect(guessDelimiter("text\tlabel\nwell, well, well\t1\nno, no\t0\n")).toBe("\t");
    expect(guessDelimiter("one column\nonly\n")).toBeNull();
  });
});
