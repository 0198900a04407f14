// Nanoseconds an element of forward plus pullback to the scores, one thread: `node bench/times.mjs ROWS N MAPPING ...`.
// Memory for weights and gradient is reused, as a training loop does. Prints one JSON object. Seeded normal scores;
// lambda is 0.1 for fusedmax and 0.1 / n for oscarmax; entmax1.5, entmax1.3 stand for entmax at that alpha.
import { registry } from "fenchel";

const [rows, n] = process.argv.slice(2, 4).map(Number);
const names = process.argv.slice(4);

/** Standard normal numbers from a seed (mulberry32, Box-Muller). */
function normals(size, seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

const scores = normals(rows * n, 1);
const cotangent = normals(rows * n, 2);
const own = {
  fusedmax: { lambda: 0.1 },
  oscarmax: { lambda: 0.1 / n },
  "entmax1.5": { alpha: 1.5 },
  "entmax1.3": { alpha: 1.3 },
};

/** Median nanoseconds of a call, in a stretch of its own after a warm-up, as the other side is measured. */
function timeOf(name) {
  const { mapping } = registry.find((entry) => entry.name === name.replace(/[\d.]+$/, ""));
  const options = { shape: [rows, n], out: new Float32Array(rows * n), ...own[name] };
  const settings = { out: new Float32Array(rows * n), hyperParameters: false };
  const call = () => mapping.vjp(scores, options).pullback(cotangent, settings);
  for (let i = 0; i < 20; i++) call();
  const samples = [];
  const until = performance.now() + 400;
  while (samples.length < 9 || (samples.length < 2000 && performance.now() < until)) {
    const start = process.hrtime.bigint();
    call();
    samples.push(Number(process.hrtime.bigint() - start));
  }
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] / (rows * n);
}

console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, timeOf(name)]))));
