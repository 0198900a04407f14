/** HTML that cannot be broken by what is put into it: every value of the template `markup` is escaped unless it is markup itself. */

/** Text that is HTML already; made only by `markup`, `raw` and `join`. */
export interface Markup {
  readonly source: string;
}

export type Content = Markup | string | number | null | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Characters that no HTML document may hold, and those that turn the direction of the text around them. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"'`]/g, (character) => ESCAPES[character]!);
}

function render(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return String(content);
  if ("source" in content) return content.source;
  return content.map(render).join("");
}

/** Markup from a template whose values are escaped; lists are joined, null is nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return { source: String.raw({ raw: strings }, ...values.map(render)) };
}

/** Markup of this package's own making. Never for data. */
export function raw(source: string): Markup {
  return { source };
}
