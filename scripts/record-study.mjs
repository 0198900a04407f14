// Keeps what a study's comparison showed: `node scripts/record-study.mjs runs/vqa/report.json` writes docs/results/vqa.json, the
// report's figures without what its pictures were drawn from (texts and images of data sets that may not be passed on). A second
// argument is the name in the place of the task's, for a comparison on other data than the task's usual ones.
import { readFileSync, writeFileSync } from "node:fs";

const [path, given] = process.argv.slice(2);
if (path === undefined) {
  console.error("give the report.json of a comparison: node scripts/record-study.mjs runs/TASK/report.json [NAME]");
  process.exit(2);
}
const report = JSON.parse(readFileSync(path, "utf8"));
if (report.format !== "fenchel-study-report") {
  console.error(`${path} is not the report of a study's comparison`);
  process.exit(2);
}
const results = report.results.map((result) => ({ ...result, shown: undefined }));
const name = given ?? report.task;
const target = new URL(`../docs/results/${name}.json`, import.meta.url);
writeFileSync(target, `${JSON.stringify({ ...report, results }, null, 1)}\n`);
console.log(`docs/results/${name}.json: ${results.length} runs of ${report.date.slice(0, 10)}`);
