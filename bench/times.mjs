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
const weights = new Float32Array(rows * n);
const gradient = new Float32Array(rows * n);
const own = {
  fusedmax: { lambda: 0.1 },
  oscarmax: { lambda: 0.1 / n },
  "entmax1.5": { alpha: 1.5 },
  "entmax1.3": { alpha: 1.3 },
};
const calls = names.map((name) => {
  const { mapping } = registry.find((entry) => entry.name === name.replace(/[\d.]+$/, ""));
  const options = { shape: [rows, n], out: weights, ...own[name] };
  const settings = { out: gradient, hyperParameters: false };
  return () => mapping.vjp(scores, options).pullback(cotangent, settings);
});
const samples = calls.map(() => []);
for (const call of calls) for (let i = 0; i < 5; i++) call();
const until = performance.now() + 400 * names.length;
// In turns, so that a slow spell of the machine touches all alike.
for (let turn = 0; turn < 9 || (turn < 2000 && performance.now() < until); turn++) {
  calls.forEach((call, at) => {
    const start = process.hrtime.bigint();
    call();
    samples[at].push(Number(process.hrtime.bigint() - start));
  });
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const result = Object.fromEntries(names.map((name, at) => [name, median(samples[at]) / (rows * n)]));
console.log(JSON.stringify(result));
