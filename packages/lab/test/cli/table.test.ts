import { expect, test } from "vitest";
import { formatTable } from "../../src/cli/terminal/table.ts";

test("columns are as wide as their widest cell; a row that is a string stands across them", () => {
  const rows = [["a", "1.25"], "of another, much longer kind", ["bc", "10"]];
  expect(formatTable(["", "x"], rows, 1).split("\n")).toEqual([
    "       x",
    "--  ----",
    "a   1.25",
    "of another, much longer kind",
    "bc    10",
    "",
  ]);
});
