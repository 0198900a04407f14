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

test("columns are counted as terminals draw them", () => {
  const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
  expect(
    formatTable(
      ["a", "b"],
      [
        [family, "x"],
        ["\u4e2d\u6587", "y"],
      ],
    ).split("\n"),
  ).toEqual(["a     b", "----  -", `${family}    x`, "\u4e2d\u6587  y", ""]);
});
