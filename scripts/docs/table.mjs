// Markdown tables and the words that all generated pages share.

export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

export const day = (date) => date.slice(0, 10);

export const count = (number) => number.toLocaleString("en-US");

/** A mapping with its options under it. */
export function mappingCell({ mapping, mappingOptions }) {
  const options = Object.entries(mappingOptions).map(([option, value]) => `${option} ${value}`);
  return options.length === 0 ? mapping : `${mapping}<br>${options.join(", ")}`;
}
