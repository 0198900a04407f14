/** The TypeScript lines that compute what a view shows. */
import type { AnyMappingOptions } from "fenchel";
import { literal } from "./format.ts";

const WIDTH = 100;

/** `[1, 2, 3]`, wrapped when long. */
export function arrayLiteral(values: ArrayLike<number>): string {
  const parts = Array.from(values, literal);
  const line = `[${parts.join(", ")}]`;
  if (line.length <= WIDTH - 20) return line;
  const lines: string[] = [""];
  for (const part of parts) {
    if (lines.at(-1)!.length + part.length > WIDTH - 6) lines.push("");
    lines[lines.length - 1] += `${part}, `;
  }
  return `[\n${lines.map((text) => `  ${text.trimEnd()}`).join("\n")}\n]`;
}

export function scoresLine(name: string, values: ArrayLike<number>): string {
  return `const ${name} = Float32Array.from(${arrayLiteral(values)});`;
}

/** `{ gamma: 1, lambda: 0.1 }`; a long list of edges becomes the expression that makes it. */
export function optionsLiteral(options: AnyMappingOptions): string {
  const parts = Object.entries(options).map(([name, value]) => {
    if (name === "edges" && Array.isArray(value) && value.length > 4) {
      const n = value.length;
      return `edges: Array.from({ length: ${n} }, (_, i): [number, number] => [i, (i + 1) % ${n}])`;
    }
    return `${name}: ${typeof value === "number" ? literal(value) : JSON.stringify(value).replaceAll(",", ", ")}`;
  });
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

export function importLine(names: Iterable<string>, from = "fenchel"): string {
  return `import { ${Array.from(new Set(names)).sort().join(", ")} } from "${from}";`;
}
