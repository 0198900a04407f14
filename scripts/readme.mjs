// Redraws the pictures and rewrites the README's table of mappings from the registry: `npm run readme`.
// With --check it only says whether they are up to date (exit code 1 when not).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { registry } from "../packages/fenchel/dist/index.js";
import { picture, pictureScores } from "./pictures.mjs";

const root = new URL("..", import.meta.url);
const begin = "<!-- mappings: written by npm run readme -->";
const end = "<!-- end of mappings -->";

const cell = (text) => text.replaceAll("|", "\\|");

function table() {
  const rows = registry.map(({ name, formula, effect, cost, parameter, paper }) => {
    const own = parameter === null ? "" : `<br>\`${parameter.name}\`, default ${parameter.default}`;
    const image = `<img src="docs/pictures/${name}.svg" alt="weights of ${name}" width="240">`;
    return `| \`${name}\`${own} | ${image} | \`${cell(formula)}\` | ${cell(effect)} | ${cost} | ${paper} |`;
  });
  return [
    begin,
    "| mapping | weights over the same scores | Omega(y) | what it does | cost of a row | source |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    end,
  ].join("\n");
}

const files = new Map(registry.map((entry) => [`docs/pictures/${entry.name}.svg`, picture(entry)]));
const readme = readFileSync(new URL("README.md", root), "utf8");
const [before, rest] = readme.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`README.md lacks the marks ${begin} and ${end}`);
files.set("README.md", `${before}${table()}${after}`);

const stale = [...files].filter(([path, text]) => {
  const url = new URL(path, root);
  return !existsSync(url) || readFileSync(url, "utf8") !== text;
});
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`out of date: ${stale.map(([path]) => path).join(", ")}. Run npm run readme.`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(fileURLToPath(new URL("docs/pictures", root)), { recursive: true });
  for (const [path, text] of stale) writeFileSync(new URL(path, root), text);
  console.log(`${registry.length} mappings over ${pictureScores.length} scores, ${stale.length} files rewritten`);
}
