/** Labelled texts of a table, for labels that are known. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLabelledFile, type LabelledFileOptions } from "../../src/datasets/labelled-file.ts";
import { complaint, put, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

function read(name: string, content: string, options: Partial<LabelledFileOptions> = {}) {
  put(folder, name, content);
  return readLabelledFile(join(folder, name), { labels: ["ham", "spam"], ...options });
}

describe("labelled files", () => {
  const expected = [
    { line: 2, label: 1, text: "buy now" },
    { line: 3, label: 0, text: "see you" },
  ];
  it("name labels in any case or by their index", () => {
    expect(read("a.tsv", "label\ttext\nspam\tbuy now\nham\tsee you\n")).toEqual(expected);
    expect(read("a.csv", "text,label\nbuy now,Spam\nsee you,0\n")).toEqual(expected);
    expect(read("a.data", "label\ttext\nspam\tbuy now\nham\tsee you", { format: "tsv" })).toEqual(expected);
    expect(read("n.tsv", "label\ttext\n1\tgood film\n", { labels: ["1", "0"] })).toEqual([
      { line: 2, label: 0, text: "good film" },
    ]);
  });
  it("have the columns that the user names", () => {
    expect(read("c.tsv", "id\ty\tx\n7\tspam\tbuy\n", { labelColumn: "y", textColumn: "x" })).toEqual([
      { line: 2, label: 1, text: "buy" },
    ]);
  });
  it("are refused for an unknown label, an empty text and a missing column", async () => {
    const refusal = (name: string, content: string) => complaint(folder, () => read(name, content));
    expect(await refusal("l.tsv", "label\ttext\nspan\ta\n")).toBe(
      'l.tsv:2: column "label": unknown label "span"; expected "ham" or "spam", or a number from 0 to 1',
    );
    expect(await refusal("l2.tsv", "label\ttext\n2\ta\n")).toContain('unknown label "2"');
    expect(await refusal("t.tsv", "label\ttext\nspam\t \n")).toBe('t.tsv:2: column "text" is empty');
    expect(await refusal("m.csv", "text,when\na b,today\nc d,\n")).toBe(
      'm.csv: no column of labels found; the columns are "text", "when" (name yours with --label-column)',
    );
  });
});
