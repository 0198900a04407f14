/** Plain text tables. */
import { columns, padColumns } from "../../base/terminal-text.ts";

/**
 * Columns padded to their widest cell, two blanks apart, a rule below the heading; columns from `right` on are right-aligned. A row that
 * is a string stands across them.
 */
export function formatTable(
  heading: readonly string[],
  rows: readonly (string | readonly string[])[],
  right: number = heading.length,
): string {
  const cells = rows.filter((row) => typeof row !== "string");
  const widths = heading.map((title, j) => Math.max(columns(title), ...cells.map((row) => columns(row[j]!))));
  const line = (row: readonly string[]) =>
    `${row
      .map((cell, j) => padColumns(cell, widths[j]!, j >= right ? "right" : "left"))
      .join("  ")
      .trimEnd()}\n`;
  return (
    line(heading) +
    line(widths.map((width) => "-".repeat(width))) +
    rows.map((row) => (typeof row === "string" ? `${row}\n` : line(row))).join("")
  );
}
