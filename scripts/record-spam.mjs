// Keeps what a comparison showed: `node scripts/record-spam.mjs [runs/spam/report.json]` writes docs/results/spam.json, the
// report's figures without its texts, but for the one that the README's picture shows.
import { readFileSync, writeFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2] ?? "runs/spam/report.json", "utf8"));
const spam = report.labels.indexOf("spam");
const shown = report.results[0].explained
  .filter(({ label, words }) => label === spam && words.length <= 60)
  .reduce((longest, text) => (text.words.length > longest.words.length ? text : longest));
const results = report.results.map(({ explained, ...result }) => ({
  ...result,
  explained: explained.filter(({ id }) => id === shown.id),
}));
const target = new URL("../docs/results/spam.json", import.meta.url);
writeFileSync(target, `${JSON.stringify({ ...report, results }, null, 1)}\n`);
console.log(`docs/results/spam.json: ${results.length} runs of ${report.date.slice(0, 10)}`);
