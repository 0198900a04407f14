// Redraws the pictures of the mappings and rewrites the tables of README.md and docs: the mappings from the registry, speed and
// results from the records in docs/results. `npm run docs`; with --check it only says whether they are up to date (exit code 1
// when not).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { registry } from "../packages/fenchel/dist/index.js";
import { mappingTable, shortMappingTable } from "./docs/mappings.mjs";
import { picture, pictureScores } from "./docs/pictures.mjs";
import { resultPage, resultSection } from "./docs/results.mjs";
import { kernelTables, shortSpeedTable, stepTable } from "./docs/speed.mjs";

const root = new URL("..", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const record = (name) => JSON.parse(read(`docs/results/${name}.json`));

/** The text with what stands between a section's marks replaced. */
function withSection(path, text, name, content) {
  const begin = `<!-- ${name}: written by npm run docs -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${path} lacks the marks ${begin} and ${end}`);
  return `${before}${begin}\n${content}\n${end}${after}`;
}

const tasks = ["spam", "entailment", "translation", "summarization", "imdb", "movie-rationales", "vqa"].filter((name) =>
  existsSync(new URL(`docs/results/${name}.json`, root)),
);
const records = new Map(tasks.map((name) => [name, record(name)]));
const bench = record("bench");
const steps = ["entailment", "translation", "summarization"].map((name) => record(`steps-${name}`));

const sections = {
  "README.md": { mappings: shortMappingTable(registry, "docs/pictures"), speed: shortSpeedTable(bench) },
  "packages/fenchel/README.md": { mappings: shortMappingTable(registry, null) },
  "docs/mappings.md": { mappings: mappingTable(registry, "pictures") },
  "docs/speed.md": { kernels: kernelTables(bench, record("against-pytorch")), steps: stepTable(steps) },
  "docs/results/README.md": Object.fromEntries(
    Array.from(records, ([name, result]) => [name, resultSection(name, result)]),
  ),
};

const files = new Map(registry.map((entry) => [`docs/pictures/${entry.name}.svg`, picture(entry)]));
for (const [path, contents] of Object.entries(sections)) {
  let text = read(path);
  for (const [name, content] of Object.entries(contents)) text = withSection(path, text, name, content);
  files.set(path, text);
}
for (const [name, result] of records) files.set(`docs/results/${name}.md`, resultPage(name, result));

const stale = [...files].filter(([path, text]) => !existsSync(new URL(path, root)) || read(path) !== text);
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`out of date: ${stale.map(([path]) => path).join(", ")}. Run npm run docs.`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(fileURLToPath(new URL(path, root))), { recursive: true });
    writeFileSync(new URL(path, root), text);
  }
  console.log(`${registry.length} mappings over ${pictureScores.length} scores, ${stale.length} files rewritten`);
}
