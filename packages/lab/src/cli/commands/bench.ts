/** `fenchel bench`: speed of the mappings on this machine, as tables and JSON. */
import type { Command } from "commander";
import { registry } from "fenchel";
import { runBench, type BenchPlan, type BenchResult } from "../../bench/bench.ts";
import type { Size } from "../../bench/calls.ts";
import { runColdBench } from "../../bench/cold.ts";
import { continuousCases, runContinuousBench } from "../../bench/continuous.ts";
import { distributions, distributionTexts, type Distribution } from "../../bench/inputs.ts";
import { runScaling } from "../../bench/scaling.ts";
import { choicesOption } from "../parse/choices.ts";
import { checkWritable, writeFileAtomically } from "../parse/files.ts";
import { mappingNamed } from "../parse/mapping-options.ts";
import { integerOption, numberOption, sizesOption } from "../parse/numbers.ts";
import { benchTable, coldTable, continuousTable, scalingTable } from "../terminal/bench-text.ts";
import { commandLine, machine } from "../terminal/environment.ts";
import { UserError } from "../terminal/errors.ts";
import { print } from "../terminal/output.ts";
import { formatDuration, makeProgress, progressBar } from "../terminal/progress.ts";

interface BenchOptions {
  readonly sizes?: string;
  readonly distributions?: string;
  readonly mappings?: string;
  readonly float64?: boolean;
  readonly quick?: boolean;
  readonly scaling?: boolean;
  readonly cold?: boolean;
  readonly continuous?: boolean;
  readonly seconds?: string;
  readonly seed: string;
  readonly json?: string;
}

/** A measurement with its default time in seconds and the options that it does not have. */
interface Mode {
  readonly seconds: number;
  readonly without: readonly ("sizes" | "distributions" | "mappings" | "float64" | "quick")[];
  readonly run: (plan: BenchPlan, options: BenchOptions) => Promise<unknown>;
}

const modes = {
  sizes: { seconds: 90, without: [], run: benchSizes },
  scaling: { seconds: 60, without: ["sizes", "float64"], run: benchScaling },
  cold: { seconds: 30, without: ["distributions", "float64", "quick"], run: benchCold },
  continuous: {
    seconds: 20,
    without: ["sizes", "distributions", "mappings", "float64", "quick"],
    run: benchContinuous,
  },
} as const satisfies Record<string, Mode>;

const secondsOfQuick = 12;

const sizesOfFull: readonly Size[] = [
  [1280, 32],
  [4096, 64],
  [1024, 512],
  [256, 4096],
  [16, 65536],
];
const sizesOfQuick: readonly Size[] = [
  [1280, 32],
  [1024, 512],
];
const sizesOfCold: readonly Size[] = [[1280, 32]];
const lengthsOfScaling = [1e3, 1e4, 1e5, 1e6];
const lengthsOfQuickScaling = [1e3, 1e4, 1e5];

function readSizes(text: string): Size[] {
  return text.split(",").map((part) => {
    const sizes = sizesOption("--sizes", part);
    const [rows, n] = sizes;
    if (sizes.length !== 2 || rows === undefined || n === undefined || rows * n > 2 ** 27) {
      throw new UserError(
        `--sizes is ${JSON.stringify(text)}: ROWSxENTRIES, such as 1280x32, is needed, 2^27 entries at most`,
      );
    }
    return [rows, n] as const;
  });
}

/** The measurement that is asked for. Throws a UserError for options that do not go together. */
function modeOf(options: BenchOptions): Mode & { readonly name: keyof typeof modes } {
  const asked = (["scaling", "cold", "continuous"] as const).filter((name) => options[name] === true);
  if (asked.length > 1) throw new UserError(`--${asked.join(" and --")} do not go together: give one of them`);
  const name = asked[0] ?? "sizes";
  const mode: Mode = modes[name];
  const odd = mode.without.find((option) => options[option] !== undefined);
  if (odd !== undefined) throw new UserError(`--${name} does not support --${odd}: leave it out`);
  return { name, ...mode };
}

function readPlan(options: BenchOptions, seconds: number, standardSizes: readonly Size[]): BenchPlan {
  const { quick = false } = options;
  const quickDistributions: readonly Distribution[] = ["normal", "plateau", "equal"];
  const standard = quick ? quickDistributions : distributions;
  return {
    sizes: options.sizes === undefined ? standardSizes : readSizes(options.sizes),
    distributions:
      options.distributions === undefined
        ? standard
        : choicesOption("--distributions", options.distributions, distributions),
    mappings: options.mappings?.split(",").map((name) => mappingNamed(name.trim()).name) ?? null,
    precision: options.float64 === true ? "float64" : "float32",
    seconds: numberOption(
      "--seconds",
      options.seconds ?? String(quick ? secondsOfQuick : seconds),
      "a number of seconds above 0 is needed",
      (value) => value > 0,
    ),
    seed: integerOption("--seed", options.seed, 0, 2 ** 32 - 1),
  };
}

/** Progress on standard error with the time left, from the share of the work that is done. */
function clock(title: string): { step: (done: number, of: number, now: string) => void; end: () => void } {
  const progress = makeProgress(process.stderr);
  const start = performance.now();
  return {
    step(done, of, now) {
      const seconds = (performance.now() - start) / 1000;
      const left = done === 0 ? "" : `, ${formatDuration((seconds / done) * (of - done))} left`;
      progress.show(
        [`${progressBar(done / of)} ${title} ${done}/${of}${left}  ${now}`],
        `${title} ${done}/${of}${left}`,
      );
    },
    end: progress.end,
  };
}

async function benchScaling(plan: BenchPlan, options: BenchOptions): Promise<unknown> {
  const lengths = options.quick === true ? lengthsOfQuickScaling : lengthsOfScaling;
  const { step, end } = clock("scaling");
  const results = runScaling({ ...plan, lengths }, (done, of) => step(done, of, ""));
  end();
  await print(
    `Single rows, float32, forward and backward; nanoseconds per element at each length.\n${scalingTable(results)}`,
  );
  return results;
}

async function benchCold(plan: BenchPlan): Promise<unknown> {
  const [size] = plan.sizes as [Size];
  if (plan.sizes.length > 1) throw new UserError("--cold measures one size: give --sizes one ROWSxENTRIES");
  const progress = makeProgress(process.stderr);
  const results = await runColdBench(
    { ...plan, size },
    {
      onProcess(done, seconds) {
        const line = `cold calls: ${done} processes, ${formatDuration(Math.max(0, plan.seconds - seconds))} left`;
        progress.show([`${progressBar(seconds / plan.seconds)} ${line}`], line);
      },
    },
  ).finally(progress.end);
  const [rows, n] = size;
  await print(
    `${rows} rows of ${n}, float32, forward and backward without out, each mapping in processes of its own.\n${coldTable(results)}`,
  );
  return results;
}

async function benchContinuous(plan: BenchPlan): Promise<unknown> {
  const { step, end } = clock("continuous attention");
  step(0, continuousCases.length, "");
  const results = runContinuousBench({ ...plan, cases: continuousCases }, (done, of) => step(done, of, ""));
  end();
  await print(
    `Continuous attention, float32, forward and backward, milliseconds per batch on one thread.\n${continuousTable(results)}`,
  );
  return results;
}

async function benchSizes(plan: BenchPlan): Promise<readonly BenchResult[]> {
  const { step, end } = clock("bench");
  const all: BenchResult[] = [];
  step(0, plan.sizes.length * plan.distributions.length, "");
  for (const [s, size] of plan.sizes.entries()) {
    const part = { ...plan, sizes: [size], seconds: plan.seconds / plan.sizes.length };
    const results = runBench(part, (cell, done) => {
      const { n, distribution } = cell[0]!;
      step(
        s * plan.distributions.length + done,
        plan.sizes.length * plan.distributions.length,
        `${size[0]}x${n} ${distribution}`,
      );
    });
    end();
    all.push(...results);
    const title = `${size[0]} rows of ${size[1]}, ${plan.precision}, forward and backward`;
    await print(`${s === 0 ? "" : "\n"}${title}\n${benchTable(results, size[0])}`);
  }
  return all;
}

async function bench(options: BenchOptions): Promise<void> {
  const mode = modeOf(options);
  const standardSizes = mode.name === "cold" ? sizesOfCold : options.quick === true ? sizesOfQuick : sizesOfFull;
  const plan = readPlan(options, mode.seconds, standardSizes);
  if (options.json !== undefined) checkWritable("--json", options.json);
  const results = await mode.run(plan, options);
  if (options.json === undefined) return;
  const report = {
    date: new Date().toISOString(),
    machine: machine(),
    command: commandLine(),
    seed: plan.seed,
    precision: plan.precision,
    results,
  };
  writeFileAtomically(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

const distributionList = distributions.map((name) => `  ${name.padEnd(12)} ${distributionTexts[name]}`).join("\n");

const [reference] = registry;

const more = `
Distributions of the scores:
${distributionList}

Every call is a forward pass and the backward pass to the scores, into memory of the caller's. All mappings take turns in one run, with
${reference!.name} and with a plain copy of the same bytes; figures are medians, and ratios are medians of the ratios within a round.
"plain call" is the ratio of m.vjp(x, { shape }).pullback(dy), without out and with the gradients in the hyper-parameters.

Examples:
  fenchel bench --quick
  fenchel bench --mappings fusedmax,oscarmax --sizes 1280x32,16x65536 --distributions normal,sorted
  fenchel bench --scaling --seconds 30 --json scaling.json
  fenchel bench --cold
  fenchel bench --continuous
  fenchel bench train entailment`;

/** Adds the command to the program and returns it, for its subcommands. */
export function addBenchCommand(program: Command): Command {
  const defaults = Object.entries(modes).flatMap(([name, { seconds }]) => {
    return name === "sizes" ? [] : [`${seconds} with --${name}`];
  });
  return (
    program
      .command("bench")
      // An option after the name of a subcommand is that command's own.
      .enablePositionalOptions()
      .summary("speed of the mappings on this machine")
      .description("Measures nanoseconds per element, ratios to softmax and to a plain copy, and bytes per call.")
      .option("--quick", `fewer sizes and distributions, ${secondsOfQuick} seconds`)
      .option("--mappings <list>", `mappings, separated by commas (default all); ${reference!.name} is always measured`)
      .option("--sizes <list>", "ROWSxENTRIES, several separated by commas")
      .option("--distributions <list>", "distributions of the scores, separated by commas (default all)")
      .option("--float64", "float64 scores in place of float32")
      .option("--scaling", "single rows of 1e3 to 1e6 entries: growth of the cost against n log n")
      .option("--cold", "the first 50 calls in a process of its own, against warm ones")
      .option("--continuous", "continuous attention on a line and in the plane, in place of the mappings")
      .option(
        "--seconds <seconds>",
        `approximate time for everything (default ${modes.sizes.seconds}; ${secondsOfQuick} with --quick, ${defaults.join(", ")})`,
      )
      .option("--seed <seed>", "seed of the scores", "1")
      .option("--json <file>", "also write the results as JSON")
      .addHelpText("after", more)
      .action(bench)
  );
}
