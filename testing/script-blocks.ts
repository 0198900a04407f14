/** Checks of the TypeScript and JavaScript blocks of documentation: they compile, run, and give the values that their comments state. */
import { dirname, join } from "node:path";
import ts from "typescript";
import { ask } from "./child.ts";
import { literalValue, recordingProgram, rounded, type RecordingProgram } from "./code-examples.ts";
import type { CodeBlock } from "./markdown.ts";

export interface Problem {
  readonly file: string;
  /** In the Markdown file, from 1. */
  readonly line: number;
  readonly message: string;
}

export const isScript = ({ language }: CodeBlock): boolean => ["ts", "js", "mjs"].includes(language);

/** Top-level names that a block declares, and all names that it might need. */
function namesOf(source: ts.SourceFile): {
  readonly declared: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
} {
  const declared = new Set<string>();
  const addBinding = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) declared.add(name.text);
    else for (const one of name.elements) if (ts.isBindingElement(one)) addBinding(one.name);
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) addBinding(name);
    else if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      if (name !== undefined) declared.add(name.text);
      if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings)) declared.add(namedBindings.name.text);
      else for (const one of namedBindings?.elements ?? []) declared.add(one.name.text);
    } else if ("name" in statement && ts.isIdentifier(statement.name as ts.Node)) {
      declared.add((statement.name as ts.Identifier).text);
    }
  }
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node);
      if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { declared, used };
}

const parsed = (code: string) => ts.createSourceFile("block.ts", code, ts.ScriptTarget.Latest, true);

/** For every block the earlier ones of its file that declare what it uses and does not declare, in order. */
function earlierBlocks(blocks: readonly CodeBlock[]): CodeBlock[][] {
  const names = blocks.map(({ code }) => namesOf(parsed(code)));
  return blocks.map((block, at) => {
    const needed = new Set<number>();
    const need = (index: number): void => {
      for (const name of names[index]!.used) {
        if (names[index]!.declared.has(name)) continue;
        for (let other = index - 1; other >= 0; other--) {
          if (blocks[other]!.file !== block.file || !names[other]!.declared.has(name)) continue;
          if (!needed.has(other)) {
            needed.add(other);
            need(other);
          }
          break;
        }
      }
    };
    need(at);
    return [...needed].sort((a, b) => a - b).map((index) => blocks[index]!);
  });
}

/** A block as a module, after the blocks that it needs; each line beside its line in the Markdown file. */
interface Module {
  readonly text: string;
  readonly lines: readonly number[];
}

/** Every block within the scope of the one before, so that names may be declared anew; imports stand above all of them. */
function moduleOf(block: CodeBlock, earlier: readonly CodeBlock[]): Module {
  const text: string[] = [];
  const lines: number[] = [];
  const add = (line: string, at: number): void => void (text.push(line), lines.push(at));
  add("export {};", block.line);
  if (earlier.length === 0) {
    block.code.split("\n").forEach((line, i) => add(line, block.line + i));
    return { text: text.join("\n"), lines };
  }
  const imports = new Set<string>();
  const bodies = [...earlier, block].map((one) => {
    const source = parsed(one.code);
    const code = one.code.split("\n");
    for (const statement of source.statements.filter(ts.isImportDeclaration)) {
      const first = source.getLineAndCharacterOfPosition(statement.getStart()).line;
      const last = source.getLineAndCharacterOfPosition(statement.end).line;
      // The block keeps its lines, so that they are told by their numbers.
      for (let at = first; at <= last; at++) code[at] = "";
      for (const single of singleImports(statement)) {
        if (imports.has(single)) continue;
        imports.add(single);
        add(single, one.line + first);
      }
    }
    return { code, line: one.line };
  });
  for (const { code, line } of bodies) {
    add("{", line);
    code.forEach((each, i) => add(each, line + i));
  }
  for (const { line } of bodies) add("}", line);
  return { text: text.join("\n"), lines };
}

/** One import declaration per name, so that blocks may import the same name. */
function singleImports(statement: ts.ImportDeclaration): string[] {
  const from = statement.moduleSpecifier.getText();
  const clause = statement.importClause;
  if (clause === undefined) return [`import ${from};`];
  const type = clause.phaseModifier === ts.SyntaxKind.TypeKeyword ? "type " : "";
  const all: string[] = clause.name === undefined ? [] : [`import ${type}${clause.name.text} from ${from};`];
  const bindings = clause.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings))
    all.push(`import ${type}${bindings.getText()} from ${from};`);
  else for (const one of bindings?.elements ?? []) all.push(`import ${type}{ ${one.getText()} } from ${from};`);
  return all;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowJs: true,
  checkJs: true,
  allowImportingTsExtensions: true,
};

/** Errors of the compiler in blocks, which see the packages of the workspace as a user's project does: built. */
export function compileProblems(blocks: readonly CodeBlock[], root: string): Problem[] {
  const earlier = earlierBlocks(blocks);
  const modules = new Map(
    blocks.map((block, i) => {
      const extension = block.language === "ts" ? "ts" : "js";
      const path = join(root, dirname(block.file), `block-${i}.${extension}`).replaceAll("\\", "/");
      return [path, { block, ...moduleOf(block, earlier[i]!) }] as const;
    }),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, getSourceFile } = host;
  host.getCurrentDirectory = () => root;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.text ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const own = modules.get(path);
    return own === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, own.text, ts.ScriptTarget.Latest, true);
  };
  const program = ts.createProgram([...modules.keys()], OPTIONS, host);
  return [...modules].flatMap(([path, { block, lines }]) => {
    const source = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start, messageText }): Problem => ({
        file: block.file,
        line: lines[source.getLineAndCharacterOfPosition(start ?? 0).line]!,
        message: ts.flattenDiagnosticMessageText(messageText, " "),
      }),
    );
  });
}

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && !Number.isFinite(each) ? String(each) : each === undefined ? "undefined" : each,
  );

/** Errors that blocks throw, and values other than their comments state. Marked blocks ("no-run") are not run. */
export async function runProblems(blocks: readonly CodeBlock[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  const earlier = earlierBlocks(blocks);
  const programs: { block: CodeBlock; own: RecordingProgram; script: string }[] = [];
  blocks.forEach((block, i) => {
    if (block.marks.includes("no-run")) return;
    try {
      const own = recordingProgram(block.code);
      const before = earlier[i]!.map(({ code }) => `${recordingProgram(code).setup}\n{`);
      programs.push({ block, own, script: `${before.join("\n")}\n${own.script}\n${"}".repeat(before.length)}` });
    } catch (error) {
      problems.push({ file: block.file, line: block.line, message: (error as Error).message });
    }
  });
  const outcomes = await ask<{ values: unknown[]; error?: string }[]>(
    "./run-examples.mjs",
    programs.map(({ script }) => script),
  );
  outcomes.forEach(({ values, error }, p) => {
    const { block, own } = programs[p]!;
    if (error !== undefined) problems.push({ file: block.file, line: block.line, message: error });
    own.stated.forEach(({ line, code, expected }, v) => {
      if (error !== undefined && !(v in values)) return;
      const [actual, wanted] = [shown(rounded(values[v])), shown(rounded(literalValue(expected)))];
      if (actual !== wanted) {
        problems.push({ file: block.file, line: block.line + line, message: `${code} gives ${actual}, not ${wanted}` });
      }
    });
  });
  return problems;
}
