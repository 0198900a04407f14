/** The packed package, installed into an empty folder and used as a stranger would. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "fenchel-package-"));
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let packed: { filename: string; files: { path: string }[] };

beforeAll(() => {
  const answer = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: packageFolder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  packed = (JSON.parse(answer) as (typeof packed)[])[0]!;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  run("npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${packed.filename}`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("it holds the build, the licence and the readme, and nothing else", () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "dist/commonjs/index.js"]),
  );
  for (const path of paths)
    expect(path).toMatch(
      /^(bin\/fenchel\.js|dist\/.*\.(js|d\.ts)|(dist\/commonjs\/)?package\.json|LICENSE|README\.md)$/,
    );
});

test("publint finds nothing to say", async () => {
  const { messages } = await publint({ pkgDir: packageFolder, strict: true, pack: false });
  expect(messages).toEqual([]);
});

test("it runs in Node, in float64 and on the kernels", () => {
  writeFileSync(
    join(folder, "use.js"),
    `import { fusedmax, registry } from "fenchel";
     console.log(JSON.stringify(fusedmax([1, 2.1, 1.9], { lambda: 0.1 })));
     console.log(JSON.stringify(Array.from(fusedmax(Float32Array.of(1, 2.1, 1.9), { lambda: 0.1 }), (w) => +w.toFixed(6))));
     console.log(registry.length);`,
  );
  const [first, second, count] = run(process.execPath, "use.js").trim().split("\n");
  expect(first).toBe("[0,0.5,0.5]");
  expect(second).toBe("[0,0.5,0.5]");
  expect(Number(count)).toBeGreaterThanOrEqual(4);
});

test("the version is the one of the manifest", () => {
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules/fenchel/package.json"), "utf8")) as object;
  expect(manifest).toMatchObject({ name: "fenchel", type: "module", license: "MIT", sideEffects: false });
});
