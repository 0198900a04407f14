/** Plain text tables. */

/** Columns padded to their widest cell, two blanks apart, a rule below the heading; columns from `right` on are right-aligned. */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  right: number = heading.length,
): string {
  const widths = heading.map((title, j) => Math.max(title.length, ...rows.map((row) => row[j]!.length)));
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, j) => (j >= right ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!)))
      .join("  ")
      .trimEnd()}\n`;
  return line(heading) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}
