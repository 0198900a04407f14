/** Every code block of README and docs compiles, runs and gives what it says; commands, scripts and options exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { codeBlocks, type CodeBlock } from "./markdown.ts";
import { compileProblems, isScript, runProblems, type Problem } from "./script-blocks.ts";
import { isShell, shellProblems } from "./shell-blocks.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Languages of blocks that only show something. */
const SHOWN = ["text", "html", "css", "diff", "csv", "tsv", "yaml", "toml"];

/** Problems of all blocks, in their order. */
async function problemsOf(blocks: readonly CodeBlock[]): Promise<Problem[]> {
  const scripts = blocks.filter(isScript);
  const others = blocks.filter((block) => !isScript(block) && !isShell(block));
  const data = others.flatMap((block): Problem[] => {
    const { file, line, language, code } = block;
    if (language === "json") {
      try {
        JSON.parse(code);
        return [];
      } catch (error) {
        return [{ file, line, message: (error as Error).message }];
      }
    }
    const known = ["ts", "js", "sh", "json", ...SHOWN].join(", ");
    return SHOWN.includes(language)
      ? []
      : [{ file, line, message: `the language ${JSON.stringify(language)} of the block is none of ${known}` }];
  });
  const commands = await shellProblems(blocks.filter(isShell), root);
  return [...compileProblems(scripts, root), ...(await runProblems(scripts)), ...commands, ...data];
}

const within = ({ file, line }: Problem, block: CodeBlock): boolean =>
  file === block.file && line >= block.line && line <= block.line + block.code.split("\n").length;

/** The Markdown files for users and contributors. */
const folders = [
  "",
  "bench",
  "docs",
  ...["packages", "apps"].flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`)),
];
const files = folders.flatMap((folder) => {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: folder === "docs", encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
});

const documentation = files.flatMap((file) => codeBlocks(file, readFileSync(join(root, file), "utf8")));

/** Wrong blocks, each beside the message that must come. */
const wrong: readonly (readonly [info: string, code: string, message: string | RegExp])[] = [
  ["ts", 'import { sparsemax } from "fenchel";\nsparsemax(scores);', "Cannot find name 'scores'."],
  ["ts", 'import { sparsemaxx } from "fenchel";\nsparsemaxx([1]);', /has no exported member named 'sparsemaxx'/],
  ["ts", 'import { fusedmax } from "fenchel";\nfusedmax([1, 2], { lamda: 1 });', /'lamda' does not exist/],
  [
    "ts",
    'import { sparsemax } from "fenchel";\nsparsemax([1, 2.1, 1.9]); // [0, 0.6, 0.3]',
    /gives \[0,0\.6,0\.4\], not \[0,0\.6,0\.3\]/,
  ],
  [
    "ts",
    'import { sparsemax } from "fenchel";\nconst y = sparsemax([3, 1]); // [0, 1]\nconsole.log(y);',
    /gives \[1,0\], not \[0,1\]/,
  ],
  ["ts", "console.log(1 + 1); // 3", /gives 2, not 3/],
  ["ts", "console.log(1); // [1, 2", /begins as a value and is none/],
  ["ts", "const { a } = { a: 1 }; // 1\nconsole.log(a);", /no single value/],
  ["ts", 'throw new RangeError("far out");', "RangeError: far out"],
  ["ts no-run", "const n: number = 'one';", /not assignable to type 'number'/],
  ["js", "const x = 1;\nx.toUpperCase();", /'toUpperCase' does not exist/],
  ["js", 'await import("no-such-package");', /Cannot find (?:package|module)/],
  ["json", '{ "a": 1, }', /JSON/],
  ["", "const x = 1;", /the language "" of the block is none of/],
  ["sh", "npm run tset", "npm run tset: there is no script tset in the package.json of fenchel-workspace"],
  ["sh", "npm run serve -w fenchel-playgruond", /there is no workspace fenchel-playgruond/],
  ["sh", "npm install fenchl", "npm install fenchl: no package of the workspace is or uses fenchl"],
  ["sh", "npm ci && node scripts/nothing.mjs", "node scripts/nothing.mjs: there is no file scripts/nothing.mjs"],
  ["sh", "make all", "make all: no rule checks the command make"],
  ["sh", "npx fenchle map", "npx fenchle map: no package of the workspace has the command fenchle"],
  ["sh", "npx fenchel map fusedmax --lamda 1 2", /unknown option '--lamda'/],
  ["sh", "npx fenchel cmopare spam", /unknown command/],
  ["sh", "npx fenchel compare spamm", /unknown task "spamm"/],
  ["sh", "npx fenchel compare vqa \\\n  --seeds none", /--seeds/],
  ["sh", "npx fenchel map fusedmax --lambda 0.1 1 2.1 1.9  # 0 0.4 0.6", /prints 0 0\.5 0\.5, not 0 0\.4 0\.6/],
];
const wrongBlocks = wrong.map(
  ([info, code], i) => codeBlocks(`docs/wrong-${i}.md`, `\`\`\`${info}\n${code}\n\`\`\`\n`)[0]!,
);

const shared = `# Title

1. In a list:

   \`\`\`ts
   import { sparsemax } from "fenchel"; sparsemax([1]); // [1]
   const scores = [1, 2.1, 1.9]; // [1, 2.1, 1.9]
   \`\`\`

\`\`\`ts
import { sparsemax } from "fenchel";
const weights = sparsemax(scores); // [0, 0.6, 0.4]
// Prose, and 3 words of it.
const half: number = weights[1]!;
\`\`\`

\`\`\`ts
const weights: string = half.toFixed(1); // "0.6"
console.log(weights); // "0.6"
\`\`\`
`;
const right = codeBlocks("docs/right.md", shared);
const alone = right.map((block, i) => ({ ...block, file: `docs/right-${i}.md` }));
const quoted = codeBlocks(
  "docs/shell.md",
  `\`\`\`sh
FENCHEL_DATA=data npx fenchel explain runs/spam "win money | now" --png
echo '1 2' | npx fenchel map sparsemax > weights.txt && npm run test -- --reporter=dot # both
\`\`\`
`,
);

let problems: Problem[] = [];
beforeAll(async () => {
  problems = await problemsOf([...documentation, ...wrongBlocks, ...right, ...alone, ...quoted]);
}, 600_000);

const shows = ({ file, line, language, marks }: CodeBlock) => `${file}:${line} ${[language, ...marks].join(" ")}`;
const ofFile = (name: string) => problems.filter(({ file }) => file === name);

describe("the documentation", () => {
  test("has blocks in the README of the workspace and of every package", () => {
    expect(documentation.map(({ file }) => file)).toEqual(
      expect.arrayContaining(["README.md", "packages/fenchel/README.md", "packages/lab/README.md"]),
    );
  });
  const recorded = ({ marks }: CodeBlock) => marks.includes("recorded");
  const named = (blocks: readonly CodeBlock[]) => blocks.map((block) => [shows(block), block] as const);
  test.each(named(documentation.filter((block) => !recorded(block))))("%s", (_, block) => {
    expect(problems.filter((problem) => within(problem, block))).toEqual([]);
  });
  test.skip.each(named(documentation.filter(recorded)))("%s", () => {});
});

describe("a wrong block", () => {
  test.each(wrong.map((one, i) => [...one, wrongBlocks[i]!] as const))("%s is found: %s", (_, __, message, block) => {
    const found = ofFile(block.file);
    expect(found.map((problem) => problem.message)).toContainEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
    for (const problem of found) expect(within(problem, block)).toBe(true);
  });
});

describe("a right block", () => {
  test("keeps its lines in a list", () => {
    expect(right.map(({ line, code }) => [line, code.split("\n").length])).toEqual([
      [6, 2],
      [11, 4],
      [18, 2],
    ]);
  });
  test("sees the blocks before it, and may declare their names anew", () => {
    expect(ofFile("docs/right.md")).toEqual([]);
  });
  test("sees no block of another file", () => {
    expect(ofFile("docs/right-0.md")).toEqual([]);
    expect(ofFile("docs/right-1.md")).toContainEqual({
      file: "docs/right-1.md",
      line: 12,
      message: "Cannot find name 'scores'.",
    });
    expect(ofFile("docs/right-2.md")).toContainEqual({
      file: "docs/right-2.md",
      line: 18,
      message: "Cannot find name 'half'.",
    });
  });
  test("of a shell may quote, pipe, assign and redirect", () => {
    expect(ofFile("docs/shell.md").map(({ line, message }) => `${line}: ${message}`)).toEqual([
      expect.stringMatching(/^2: npx fenchel explain runs\/spam win money \| now --png: .*unknown option '--png'/),
    ]);
  });
  test("ends: a fence that is never closed is an error", () => {
    expect(() => codeBlocks("docs/open.md", "```ts\nlet x = 1;\n")).toThrow(
      new SyntaxError("docs/open.md:1: the fence is never closed"),
    );
  });
});
