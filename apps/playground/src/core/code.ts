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

const listLiteral = (list: unknown) => JSON.stringify(list).replaceAll(",", ", ");

/** Edges; many that join every entry to those a few steps on become the expression that makes them. */
function edgesLiteral(edges: readonly (readonly [number, number])[]): string {
  const n = Math.max(...edges.flat()) + 1;
  const steps = [...new Set(edges.map(([i, j]) => (j - i + n) % n))];
  const rebuilt = steps.flatMap((step) => Array.from({ length: n }, (_, i) => [i, (i + step) % n]));
  if (edges.length <= 4 || listLiteral(rebuilt) !== listLiteral(edges)) return listLiteral(edges);
  const ring = `Array.from({ length: ${n} }, (_, i): [number, number] => [i, (i + step) % ${n}])`;
  return `${listLiteral(steps)}.flatMap((step) => ${ring})`;
}

/** `{ gamma: 1, lambda: 0.1 }`. */
export function optionsLiteral(options: AnyMappingOptions): string {
  const parts = Object.entries(options).map(([name, value]) => {
    if (name === "edges") return `edges: ${edgesLiteral(value as readonly (readonly [number, number])[])}`;
    return `${name}: ${typeof value === "number" ? literal(value) : listLiteral(value)}`;
  });
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

export function importLine(names: Iterable<string>, from = "fenchel"): string {
  return `import { ${Array.from(new Set(names)).sort().join(", ")} } from "${from}";`;
}
