/** Fenced code blocks of Markdown. */

export interface CodeBlock {
  /** Path of the Markdown file. */
  readonly file: string;
  /** Line of the first line of code, from 1. */
  readonly line: number;
  /** First word after the fence, "" for none. */
  readonly language: string;
  /** The other words after the fence, such as "no-run". */
  readonly marks: readonly string[];
  readonly code: string;
}

/** The fenced blocks of a text, without the indentation that a list gives them. Throws a SyntaxError for a fence that is never closed. */
export function codeBlocks(file: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const [, indent, fence, info] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(lines[at]!) ?? [];
    if (indent === undefined || fence === undefined) continue;
    const first = at + 1;
    const closing = new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`);
    do at++;
    while (at < lines.length && !closing.test(lines[at]!));
    if (at === lines.length) throw new SyntaxError(`${file}:${first}: the fence is never closed`);
    const [language = "", ...marks] = info!.trim().split(/\s+/);
    const code = lines.slice(first, at).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ file, line: first + 1, language, marks, code: code.join("\n") });
  }
  return blocks;
}
