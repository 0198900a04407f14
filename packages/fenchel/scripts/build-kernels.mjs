// Compiles every kernel under src/kernels/assembly to a TypeScript file under src/kernels/generated that exports the
// WebAssembly module as a string. A source that exports `forward` or `prepare` is a module; every other source
// there is an include of theirs. A module is rebuilt only when a source, this script or the compiler changed.
//
// AssemblyScript compiles without optimization; Binaryen then inlines and optimizes with limits of our own, so that the
// small vector routines that the kernels share cost no call.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const kernels = join(dirname(fileURLToPath(import.meta.url)), "../src/kernels");
const assembly = join(kernels, "assembly");
const generated = join(kernels, "generated");
const compilerOptions = [
  ["--runtime", "stub"],
  ["--enable", "simd"],
  ["--importMemory"],
  ["--noExportMemory"],
  ["--noAssert"],
  ["--disableWarning", "112"], // vectors in signatures: inside a module only
].flat();
const features = ["SIMD128", "BulkMemory", "BulkMemoryOpt", "SignExt", "NontrappingFPToInt"];
const indexHead = "/** The modules as text: side by side in a bundle they compress better than apart, by a twelfth. */";
const sectionNames = { 4: "table", 8: "start", 11: "data" };

/** The sources by their paths below `assembly`, and which of them are modules. */
async function readSources() {
  const found = await readdir(assembly, { recursive: true });
  const paths = found.map((path) => path.replaceAll("\\", "/")).filter((path) => path.endsWith(".ts"));
  const sources = new Map();
  for (const path of paths.toSorted()) sources.set(path, await readFile(join(assembly, path), "utf8"));
  const modules = [...sources.keys()].filter((path) =>
    /^export function (?:forward|prepare)\(/mu.test(sources.get(path)),
  );
  return { sources, modules };
}

/** The files a module includes, itself among them. */
function closure(name, sources, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, path] of (sources.get(name) ?? "").matchAll(/from "(\.[a-z0-9/.-]+)"/gu)) {
    closure(`${posix.join(posix.dirname(name), path)}.ts`, sources, seen);
  }
  return seen;
}

function fingerprint(name, sources, salt) {
  const hash = createHash("sha256").update(salt);
  for (const file of [...closure(name, sources)].toSorted()) hash.update(`\0${file}\0`).update(sources.get(file) ?? "");
  return hash.digest("hex").slice(0, 16);
}

async function compile(name, sources) {
  const { default: asc } = await import("assemblyscript/asc");
  let binary = null;
  let messages = "";
  const collect = { write: (text) => ((messages += text), true) };
  const { error } = await asc.main([name, "--outFile", "module.wasm", ...compilerOptions], {
    stdout: collect,
    stderr: collect,
    readFile: (file) => sources.get(file) ?? null,
    writeFile: (_file, contents) => void (binary = contents),
    listFiles: () => [],
  });
  if (error || binary === null) throw new Error(`${name} does not compile\n${messages || error}`);
  return optimize(binary, name);
}

async function optimize(binary, name) {
  const { default: binaryen } = await import("assemblyscript/binaryen");
  const module = binaryen.readBinary(binary);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(1);
  binaryen.setFastMath(false);
  // 60: with the logarithm, which in the loops of entmax must cost no call.
  binaryen.setAlwaysInlineMaxSize(basename(name) === "entmax.ts" ? 60 : 30);
  binaryen.setOneCallerInlineMaxSize(100_000);
  module.setFeatures(features.reduce((all, name) => all | binaryen.Features[name], 0));
  module.optimize();
  module.optimize();
  module.runPasses(["reorder-functions"]);
  const optimized = module.emitBinary();
  module.dispose();
  return optimized;
}

/** Throws unless the module is functions over the imported memory, and functions of the module rows, and nothing else. */
function inspect(name, binary) {
  const module = new WebAssembly.Module(binary);
  const imports = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`);
  const extra = imports.filter((entry) => entry !== "env.memory" && !entry.startsWith("rows."));
  const odd = WebAssembly.Module.exports(module).filter((entry) => entry.kind !== "function");
  for (let at = 8; at < binary.length;) {
    const id = binary[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = binary[at++];
      size |= (byte & 127) << shift;
      more = byte > 127;
    }
    if (id in sectionNames) extra.push(`a ${sectionNames[id]} section`);
    at += size;
  }
  if (extra.length > 0 || odd.length > 0) {
    throw new Error(`${name} holds more than functions: ${[...extra, ...odd.map((entry) => entry.name)].join(", ")}`);
  }
}

/**
 * The bytes as text, which src/kernels/runtime/loader.ts decodes: the 89 characters from # to | without \\ stand for the bytes 0 to
 * 88, after ~ for 89 to 177 and after } for 178 to 255, each plus 5 modulo 256: the bytes of SIMD instructions come first.
 * Shorter than base64, and whole bytes compress much better.
 */
function encode(binary) {
  const digit = (k) => String.fromCharCode(k + (k < 57 ? 35 : 36));
  const prefixes = ["", "~", "}"];
  const shifted = Array.from(binary, (byte) => (byte + 5) & 255);
  return shifted.map((byte) => prefixes[Math.floor(byte / 89)] + digit(byte % 89)).join("");
}

async function main() {
  const { sources, modules } = await readSources();
  const script = await readFile(fileURLToPath(import.meta.url), "utf8");
  const { version } = JSON.parse(
    await readFile(fileURLToPath(import.meta.resolve("assemblyscript/package.json")), "utf8"),
  );
  await mkdir(generated, { recursive: true });
  const wanted = new Set(["index.ts", ...modules.map((path) => basename(path))]);
  for (const file of await readdir(generated)) if (!wanted.has(file)) await rm(join(generated, file));
  for (const name of modules) await build(name, sources, version + script);
  const exports = modules
    .map((path) => basename(path, ".ts"))
    .map((name) => `export { default as ${name}Binary } from "./${name}.ts";\n`);
  await write("index.ts", `${indexHead}\n${exports.join("")}`);
}

// A rename is whole or not at all: another build may be reading.
async function write(file, text) {
  const target = join(generated, file);
  if ((await readFile(target, "utf8").catch(() => "")) === text) return;
  const temporary = `${target}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, target);
}

async function build(name, sources, salt) {
  try {
    const target = join(generated, basename(name));
    const head = `// Generated from assembly/${name}: ${fingerprint(name, sources, salt)}`;
    const present = await readFile(target, "utf8").catch(() => "");
    if (present.startsWith(`${head}\n`)) return;
    const binary = await compile(name, sources);
    inspect(name, binary);
    const text = `${head}\nexport default "${encode(binary)}";\n`;
    await write(basename(name), text);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

await main();
