/** The packed package's types, by every way of TypeScript to find them. */
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeStranger, type Stranger } from "./support/stranger.ts";

let stranger: Stranger;

beforeAll(() => {
  stranger = makeStranger();
  stranger.write("package.json", JSON.stringify({ name: "stranger", private: true }));
});

afterAll(() => stranger.remove());

const program = `
import { fusedmax, sparsemax, type Scores } from "fenchel";
import { attender, softmax } from "fenchel/jax";
import { startWorkers } from "fenchel/parallel";
import { numpy as np } from "@jax-js/jax";
const weights: number[] = fusedmax([1, 2.1, 1.9] satisfies Scores, { lambda: 0.1 });
const { weights: single, pullback } = fusedmax.vjp(new Float32Array(4), { shape: [2, 2], lambda: [0.1, 0.2] });
const { scores, lambda, gamma }: { scores: Float32Array; lambda: number[]; gamma: number } = pullback(single);
// @ts-expect-error: sparsemax has no lambda
sparsemax([1], { lambda: 0.1 });
const threads: Promise<number> = startWorkers({ threads: 2 });
// @ts-expect-error: a misspelt option
void startWorkers({ thread: 2 });
const array: np.Array = softmax(np.array([1, 2]));
void attender("fusedmax", { lambda: 0.1 });
void [weights, scores, lambda, gamma, threads, array];
`;

/** Sources of the standard library, parsed once for all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of files of the folder; what it says of the engine's own types is not for us to mend. */
function diagnostics(files: readonly string[], options: ts.CompilerOptions): string[] {
  const all: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    types: [],
    skipDefaultLibCheck: true,
    ...options,
  };
  const host = ts.createCompilerHost(all);
  const read = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => stranger.folder;
  host.getSourceFile = (name, ...rest) => {
    if (!name.includes("/typescript/lib/")) return read(name, ...rest);
    if (!parsed.has(name)) parsed.set(name, read(name, ...rest));
    return parsed.get(name);
  };
  const compiled = ts.createProgram(files.map(stranger.path), all, host);
  return ts
    .getPreEmitDiagnostics(compiled)
    .filter(({ file }) => file?.fileName.includes("/@jax-js/") !== true)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}

const { ModuleKind, ModuleResolutionKind } = ts;

describe("a strict program compiles, and a wrong one does not", () => {
  test.each<[string, readonly string[], ts.CompilerOptions]>([
    [
      "node10",
      ["program.ts"],
      { module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10, ignoreDeprecations: "6.0" },
    ],
    ["node16, ES and CommonJS modules", ["program.mts", "program.cts"], { module: ModuleKind.Node16 }],
    ["bundler", ["program.ts"], { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }],
  ])("%s", (_, files, options) => {
    for (const file of files) stranger.write(file, program);
    expect(diagnostics(files, options)).toEqual([]);
  });
});
