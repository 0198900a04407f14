// Writes finished spam runs as small files for the page: `npm run playground:models -- RUNS...`, one run folder a mapping
// (default: the runs of seed 1 under runs/spam). Embeddings become bytes with one scale a row; everything else stays float32.
// Refuses a run whose predictions on the explained test texts change.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSpam, evaluate, loadRun } from "fenchel-lab";

const out = fileURLToPath(new URL("../public/models/", import.meta.url));
const runsFolder = fileURLToPath(new URL("../../../runs/spam", import.meta.url));
/** After the embedding, in this order. */
const SMALL = ["context", "contextBias", "attention", "attentionBias", "attentionVector", "evidence", "evidenceBias"];
/** Largest change of accuracy on the test texts. */
const TOLERANCE = 0.004;

function chosenRuns() {
  const given = process.argv.slice(2);
  if (given.length > 0) return given;
  if (!existsSync(runsFolder)) throw new Error(`${runsFolder} is missing: run npm start first, or name run folders`);
  const finished = readdirSync(runsFolder)
    .map((name) => join(runsFolder, name))
    .filter((path) => statSync(path).isDirectory() && existsSync(join(path, "result.json")));
  return finished.filter((path) => JSON.parse(readFileSync(join(path, "config.json"), "utf8")).seed === 1);
}

/** float32 tensors of a safetensors file. */
function tensorsOf(path) {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start));
  return (name) => {
    const [from, to] = header[name].data_offsets;
    return {
      shape: header[name].shape,
      values: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to)),
    };
  };
}

function quantised(values, rows, columns) {
  const scales = new Float32Array(rows);
  const bytes = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(values[row * columns + j]));
    scales[row] = largest / 127;
    for (let j = 0; j < columns; j++)
      bytes[row * columns + j] = largest === 0 ? 0 : Math.round(values[row * columns + j] / scales[row]);
  }
  return { scales, bytes };
}

const folders = chosenRuns();
if (folders.length === 0) throw new Error("no finished run was found");
mkdirSync(out, { recursive: true });
const { maxWords } = JSON.parse(readFileSync(join(folders[0], "config.json"), "utf8"));
const data = await loadSpam({ maxWords });
const models = {};
let words = null;
let shared = null;
for (const folder of folders) {
  const run = await loadRun(folder);
  const { config, labels, vocabulary } = run;
  const own = vocabulary.toJSON().words;
  if (words !== null && words.join("\n") !== own.join("\n"))
    throw new Error(`${folder} has another vocabulary than ${folders[0]}`);
  words = own;
  const read = tensorsOf(join(folder, "model.safetensors"));
  const { shape, values } = read("embedding");
  const [rows, columns] = shape;
  const { scales, bytes } = quantised(values, rows, columns);
  const small = SMALL.map((name) => read(name).values);
  const file = `spam-${config.mapping}.bin`;
  writeFileSync(join(out, file), Buffer.concat([scales, ...small, bytes].map((part) => Buffer.from(part.buffer))));
  // The same run with the embedding as the page will see it.
  const before = await evaluate(run, data.test);
  const rounded = Float32Array.from(bytes, (byte, i) => byte * scales[Math.floor(i / columns)]);
  const { numpy } = await import("@jax-js/jax");
  const changed = { ...run, parameters: { ...run.parameters, embedding: numpy.array(rounded).reshape(shape) } };
  const after = await evaluate(changed, data.test);
  if (Math.abs(after.accuracy - before.accuracy) > TOLERANCE) {
    throw new Error(`${folder}: accuracy ${before.accuracy} becomes ${after.accuracy} in bytes`);
  }
  console.log(
    `${file}: accuracy ${before.accuracy.toFixed(4)}, in bytes ${after.accuracy.toFixed(4)}, ${(statSync(join(out, file)).size / 1024).toFixed(0)} KiB`,
  );
  models[config.mapping] = {
    file,
    options: config.mappingOptions,
    accuracy: Number(after.accuracy.toFixed(4)),
    seed: config.seed,
  };
  shared = {
    labels,
    maxWords: config.maxWords,
    embedding: config.embeddingSize,
    hidden: config.hiddenSize,
    texts: after.texts,
  };
}
writeFileSync(join(out, "spam.json"), `${JSON.stringify({ ...shared, models, words })}\n`);
