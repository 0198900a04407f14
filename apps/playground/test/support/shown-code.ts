/** Runs the lines that a view shows, with this checkout's library in place of the import. */
import * as fenchel from "fenchel";

/** The values of `names` after the code ran. */
export function runShownCode(code: string, names: readonly string[]): Record<string, unknown> {
  const body = code
    .replace(/^import (\{[^}]*\}) from "fenchel";/m, "const $1 = fenchel;")
    .replaceAll(": [number, number]", "");
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function("fenchel", `${body}\nreturn { ${names.join(", ")} };`)(fenchel) as Record<string, unknown>;
}
