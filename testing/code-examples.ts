/** Code in documentation: examples of doc comments and fenced blocks of Markdown, made to record the values that comments state. */
import ts from "typescript";

/** An expression with the value that the comment after it states. */
export interface StatedValue {
  /** Line of the code, from 0. */
  readonly line: number;
  readonly code: string;
  /** A literal in JavaScript. */
  readonly expected: string;
}

/** A program in JavaScript for an async function of `load` (a module by its name) and `record` (the index of a stated value, and its value). */
export interface RecordingProgram {
  readonly script: string;
  /** The same program without `record`. */
  readonly setup: string;
  readonly stated: readonly StatedValue[];
}

/** Literals, signed numbers, fractions, and arrays and objects of them. */
function isLiteral(node: ts.Expression): boolean {
  if (ts.isNumericLiteral(node) || ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return true;
  if (ts.isIdentifier(node)) return ["undefined", "NaN", "Infinity"].includes(node.text);
  if (ts.isPrefixUnaryExpression(node)) return isLiteral(node.operand);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.SlashToken) {
    return isLiteral(node.left) && isLiteral(node.right);
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isLiteral);
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.every((one) => ts.isPropertyAssignment(one) && isLiteral(one.initializer));
  }
  return [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind);
}

/**
 * The value that a comment states; undefined for prose. Throws a SyntaxError for a comment that begins as a value and is none, so that a
 * slip of the pen is no prose.
 */
export function statedValue(comment: string): string | undefined {
  const text = comment.trim();
  if (!/^(?:[-+.\d[{"'`]|(?:true|false|null|undefined|NaN|Infinity)$)/.test(text)) return undefined;
  const source = ts.createSourceFile("value.ts", `(${text});`, ts.ScriptTarget.Latest, true) as ts.SourceFile & {
    readonly parseDiagnostics: readonly unknown[];
  };
  const [statement] = source.statements;
  if (
    source.parseDiagnostics.length === 0 &&
    source.statements.length === 1 &&
    ts.isExpressionStatement(statement!) &&
    ts.isParenthesizedExpression(statement.expression) &&
    isLiteral(statement.expression.expression)
  ) {
    return text;
  }
  throw new SyntaxError(
    `the comment "${text}" begins as a value and is none: state a literal, or put prose on its own line`,
  );
}

/** The comment on the line on which a statement ends. */
function commentAfter(source: ts.SourceFile, statement: ts.Statement): string | undefined {
  const [range] = ts.getTrailingCommentRanges(source.text, statement.end) ?? [];
  if (range === undefined) return undefined;
  const text = source.text.slice(range.pos, range.end);
  return text.startsWith("//") ? text.slice(2) : text.slice(2, -2);
}

/** The expression whose value a statement has: of an expression, of what is printed alone, of a declared name. */
function valueOf(statement: ts.Statement): { readonly expression: ts.Node; readonly declared: boolean } | undefined {
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    const printed = ts.isCallExpression(expression) && expression.expression.getText() === "console.log";
    return {
      expression: printed && expression.arguments.length === 1 ? expression.arguments[0]! : expression,
      declared: false,
    };
  }
  if (!ts.isVariableStatement(statement)) return undefined;
  const [only, ...others] = statement.declarationList.declarations;
  return others.length === 0 && ts.isIdentifier(only!.name) ? { expression: only!.name, declared: true } : undefined;
}

/** `import a, { b as c } from "m"` as statements of an async function; types fall away. */
function importAsLoad(node: ts.ImportDeclaration): string {
  const load = `await load(${node.moduleSpecifier.getText()})`;
  const { importClause: clause } = node;
  if (clause === undefined) return `${load};`;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return "";
  const names: string[] = clause.name === undefined ? [] : [`default: ${clause.name.text}`];
  const bindings = clause.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) return `const ${bindings.name.text} = ${load};`;
  for (const one of bindings?.elements ?? []) {
    if (!one.isTypeOnly)
      names.push(one.propertyName === undefined ? one.name.text : `${one.propertyName.text}: ${one.name.text}`);
  }
  return `const { ${names.join(", ")} } = ${load};`;
}

/**
 * The program that runs `code` and records its stated values: `expression; // value`, `console.log(expression); // value`,
 * `const name = expression; // value`. Comments of prose count for nothing.
 *
 * @param code - Statements in TypeScript or JavaScript, imports among them.
 */
export function recordingProgram(code: string): RecordingProgram {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.Latest, true);
  const stated: StatedValue[] = [];
  const parts = source.statements.map((statement) => {
    if (ts.isImportDeclaration(statement)) return { plain: importAsLoad(statement) };
    const plain = statement.getText().replace(/^export (?:default )?/, "");
    const comment = commentAfter(source, statement);
    const expected = comment === undefined ? undefined : statedValue(comment);
    if (expected === undefined) return { plain };
    const value = valueOf(statement);
    if (value === undefined) throw new SyntaxError(`no single value for the comment after "${plain}"`);
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
    const record = `record(${stated.push({ line, code: plain, expected }) - 1}, (${value.expression.getText()}));`;
    return { plain, recorded: value.declared ? `${plain}\n${record}` : record };
  });
  return {
    script: asScript(parts.map(({ plain, recorded }) => recorded ?? plain)),
    setup: asScript(parts.map(({ plain }) => plain)),
    stated,
  };
}

/** Statements of TypeScript in JavaScript. */
function asScript(statements: readonly string[]): string {
  const { outputText } = ts.transpileModule(`export {};\n${statements.join("\n")}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  return outputText.replace("export {};", "");
}

/** Numbers anywhere in a value to 6 digits and without the sign of a zero, typed arrays as arrays; everything else as it is. */
export function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(6)) + 0;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, rounded);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, rounded(entry)]));
  }
  return value;
}

/** The value of a literal from `statedValue`. */
export const literalValue = (literal: string): unknown => (new Function(`return (${literal});`) as () => unknown)();

/** Examples of the doc comments of a source: the code below every @example tag, without the stars. */
export function docExamples(text: string): string[] {
  return (text.match(/\/\*\*[\s\S]*?\*\//g) ?? []).flatMap((comment) =>
    comment
      .split("@example")
      .slice(1)
      .map((body) => {
        const lines = body
          .replace(/\*\/$/, "")
          .split("\n")
          .map((line) => line.replace(/^\s*\* ?/, ""));
        const next = lines.findIndex((line) => line.startsWith("@"));
        return lines
          .slice(0, next < 0 ? undefined : next)
          .join("\n")
          .trim();
      }),
  );
}
