// Tables of speed from the records of `fenchel bench`, `fenchel bench train` and bench/against_pytorch.py.
import { day, table } from "./table.mjs";

const sizeOf = ({ rows, n }) => `${rows} x ${n}`;
const machineOf = ({ processor, cores, node }) => `${processor.trim()}, ${cores} cores, Node ${node}`;

const shown = ["softmax", "sparsemax", "entmax 1.5", "entmax 1.3", "fusedmax", "oscarmax", "tvmax"];

function kernelTable(bench, sizes, labels) {
  const normal = bench.results.filter(({ kind, distribution }) => (distribution ?? kind) === "normal");
  const rows = labels.map((label) => [
    label,
    ...sizes.map((size) => {
      const found = normal.find((result) => result.mapping === label && sizeOf(result) === size);
      if (found === undefined) return "";
      const time = found.nanoseconds.toFixed(1);
      return label === "softmax" ? `${time} ns` : `${time} (${found.toSoftmax.toFixed(1)}x)`;
    }),
  ]);
  return table(["rows x entries", ...sizes], rows);
}

const sizesOf = ({ results }) => [...new Set(results.map(sizeOf))];

/** Three sizes, for the README. */
export function shortSpeedTable(bench) {
  const sizes = sizesOf(bench).filter((_, i) => i % 2 === 0);
  return [
    `Nanoseconds per element, forward + backward, float32, one thread (in brackets: times softmax). ${day(bench.date)}, ${machineOf(bench.machine)}:`,
    "",
    kernelTable(bench, sizes, shown.slice(0, 6)),
  ].join("\n");
}

/** Nanoseconds per element and ratios to softmax, then PyTorch on the same machine. */
export function kernelTables(bench, against) {
  const pairs = ["softmax", "sparsemax", "entmax1.5", "entmax1.3"].map((name) => [
    name,
    ...against.results.map(({ fenchel, pytorch }) => {
      const factor = pytorch[name] / fenchel[name];
      return `${fenchel[name].toFixed(1)} / ${pytorch[name].toFixed(1)} (${factor.toFixed(factor < 10 ? 1 : 0)}x)`;
    }),
  ]);
  return [
    "## Kernels",
    "",
    `Nanoseconds per element, forward + backward to the scores, float32, one thread, normal scores; in brackets the ratio to softmax in the`,
    `same run (\`npx fenchel bench\`, ${day(bench.date)}, ${machineOf(bench.machine)}).`,
    `fusedmax at lambda 0.1, oscarmax at 0.1 / n:`,
    "",
    kernelTable(bench, sizesOf(bench), shown),
    "",
    "## Beside PyTorch",
    "",
    `fenchel / PyTorch ${against.torch} with the package entmax (its bisection for alpha 1.3), nanoseconds per element, interleaved on the`,
    `same machine, one thread (\`python bench/against_pytorch.py\`, ${day(against.date)}); in brackets how many times faster fenchel is:`,
    "",
    table(["rows x entries", ...against.results.map(sizeOf)], pairs),
  ].join("\n");
}

/** Milliseconds of a training step and ratios to softmax, one column per task. */
export function stepTable(tasks) {
  const names = tasks[0].results.map(({ choice }) => choice.mapping);
  const rows = names.map((name) => [
    name,
    ...tasks.map(({ results }) => {
      const { milliseconds, ratio } = results.find(({ choice }) => choice.mapping === name);
      const time = milliseconds.median.toFixed(0);
      return name === "softmax"
        ? `${time} ms`
        : `${time} (${ratio.median.toFixed(2)}x; ${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)})`;
    }),
  ]);
  const [{ date, machine }] = tasks;
  return [
    "## Training steps",
    "",
    `A training step of a task's model, forward, backward and update, in milliseconds of processor time; in brackets the median ratio to`,
    `softmax on the same batch and its interquartile range (\`npx fenchel bench train TASK\`, ${day(date)}, ${machineOf(machine)}):`,
    "",
    table(["mapping", ...tasks.map(({ task }) => task)], rows),
  ].join("\n");
}
