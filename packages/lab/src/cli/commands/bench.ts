/** `fenchel bench`: the speed of the mappings on this machine, as tables and JSON. */
import type { Command } from "commander";
import { addBenchTrainCommand } from "./bench-train.ts";
import { runBench, type BenchPlan, type BenchResult, type Size } from "../../bench/bench.ts";
import { continuousCases, runContinuousBench } from "../../bench/continuous.ts";
import { runScaling } from "../../bench/scaling.ts";
import { distributions, distributionTexts, type Distribution } from "../../bench/inputs.ts";
import { benchTable, continuousTable, growthTable } from "../terminal/bench-text.ts";
import { UserError } from "../terminal/errors.ts";
import { checkWritable, writeFileAtomically } from "../parse/files.ts";
import { commandLine, machine } from "../terminal/environment.ts";
import { mappingNamed } from "../parse/mapping-options.ts";
import { unknownName } from "../terminal/suggest.ts";
import { integerOption, numberOption, sizesOption } from "../parse/numbers.ts";
import { print } from "../terminal/output.ts";
import { formatDuration, makeProgress, progressBar } from "../terminal/progress.ts";

interface BenchOptions {
  readonly sizes?: string;
  readonly distributions?: string;
  readonly mapping?: string[];
  readonly float64?: boolean;
  readonly quick?: boolean;
  readonly scaling?: boolean;
  readonly continuous?: boolean;
  readonly seconds?: string;
  readonly seed: string;
  readonly json?: string;
}

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
const lengthsOfGrowth = [1e3, 1e4, 1e5, 1e6];
const lengthsOfQuickGrowth = [1e3, 1e4, 1e5];

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

function readKinds(text: string): Distribution[] {
  return text.split(",").map((name) => {
    const kind = distributions.find((known) => known === name.trim());
    if (kind === undefined)
      throw new UserError(`--distributions: ${unknownName("distribution", name.trim(), distributions)}`);
    return kind;
  });
}

function readPlan(options: BenchOptions): BenchPlan {
  const { quick = false, scaling = false } = options;
  const names = options.mapping?.flatMap((text) => text.split(",").map((name) => mappingNamed(name.trim()).name));
  const standardKinds: readonly Distribution[] = quick ? ["normal", "plateau", "equal"] : distributions;
  return {
    sizes: options.sizes === undefined ? (quick ? sizesOfQuick : sizesOfFull) : readSizes(options.sizes),
    kinds: options.distributions === undefined ? standardKinds : readKinds(options.distributions),
    mappings: names ?? null,
    precision: options.float64 === true ? "float64" : "float32",
    seconds: numberOption(
      "--seconds",
      options.seconds ?? (quick ? "12" : scaling ? "60" : options.continuous === true ? "20" : "90"),
      "a number of seconds above 0 is needed",
      (value) => value > 0,
    ),
    seed: integerOption("--seed", options.seed, 0, 2 ** 32 - 1),
  };
}

/** Progress on standard error with the time left, from the share of the work that is done. */
function clock(what: string): { step: (done: number, of: number, now: string) => void; end: () => void } {
  const progress = makeProgress(process.stderr);
  const start = performance.now();
  return {
    step(done, of, now) {
      const seconds = (performance.now() - start) / 1000;
      const left = done === 0 ? "" : `, ${formatDuration((seconds / done) * (of - done))} left`;
      progress.show([`${progressBar(done / of)} ${what} ${done}/${of}${left}  ${now}`], `${what} ${done}/${of}${left}`);
    },
    end: progress.end,
  };
}

async function benchGrowth(options: BenchOptions, plan: BenchPlan): Promise<unknown> {
  const lengths = options.quick === true ? lengthsOfQuickGrowth : lengthsOfGrowth;
  const { step, end } = clock("growth");
  const results = runScaling({ ...plan, lengths }, (done, of) => step(done, of, ""));
  end();
  await print(
    `Single rows, float32, forward and pullback; nanoseconds an element at each length.\n${growthTable(results)}`,
  );
  return results;
}

async function benchContinuous(plan: BenchPlan): Promise<unknown> {
  const { step, end } = clock("continuous attention");
  step(0, continuousCases.length, "");
  const results = runContinuousBench({ ...plan, cases: continuousCases }, (done, of) => step(done, of, ""));
  end();
  await print(
    `Continuous attention, float32, forward and pullback, milliseconds a batch on one thread.\n${continuousTable(results)}`,
  );
  return results;
}

async function benchSizes(plan: BenchPlan): Promise<readonly BenchResult[]> {
  const { step, end } = clock("bench");
  const all: BenchResult[] = [];
  step(0, plan.sizes.length * plan.kinds.length, "");
  for (const [s, size] of plan.sizes.entries()) {
    const part = { ...plan, sizes: [size], seconds: plan.seconds / plan.sizes.length };
    const results = runBench(part, (cell, done) => {
      const { n, kind } = cell[0]!;
      step(s * plan.kinds.length + done, plan.sizes.length * plan.kinds.length, `${size[0]}x${n} ${kind}`);
    });
    end();
    all.push(...results);
    const title = `${size[0]} rows of ${size[1]}, ${plan.precision}, forward and pullback`;
    await print(`${s === 0 ? "" : "\n"}${title}\n${benchTable(results, size[0])}`);
  }
  return all;
}

async function bench(options: BenchOptions): Promise<void> {
  const plan = readPlan(options);
  if (options.scaling === true && (options.sizes !== undefined || options.float64 === true)) {
    throw new UserError("--scaling has its own sizes, in float32: leave --sizes and --float64 out");
  }
  const { scaling = false, continuous = false } = options;
  const rowOptions = [options.sizes, options.distributions, options.mapping, options.float64, options.scaling];
  if (continuous && rowOptions.some((given) => given !== undefined)) {
    throw new UserError("--continuous measures cases of its own: leave the options about rows and mappings out");
  }
  if (options.json !== undefined) checkWritable("--json", options.json);
  const run = scaling ? benchGrowth(options, plan) : continuous ? benchContinuous(plan) : benchSizes(plan);
  const results = await run;
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

const kindList = distributions.map((kind) => `  ${kind.padEnd(12)} ${distributionTexts[kind]}`).join("\n");

const more = `
Distributions of the scores:
${kindList}

Every call is a forward pass and a pullback to the scores. All mappings take turns in one run, with softmax and with a plain copy of
the same bytes; figures are medians, and ratios are medians of the ratios within a round.

Examples:
  fenchel bench --quick
  fenchel bench --mapping fusedmax,oscarmax --sizes 1280x32,16x65536 --distributions normal,sorted
  fenchel bench --scaling --seconds 30 --json scaling.json
  fenchel bench --continuous
  fenchel bench train entailment      training step time with each mapping`;

/** Adds the command to the program. */
export function addBenchCommand(program: Command): void {
  const command = program
    .command("bench")
    // The options of `bench train` are its own.
    .enablePositionalOptions()
    .summary("speed of the mappings on this machine")
    .description("Measures nanoseconds an element, ratios to softmax and to a plain copy, and bytes a call.")
    .option("--quick", "fewer sizes and kinds, 12 seconds")
    .option("--mapping <names...>", "mappings to measure (default all; softmax is always measured)")
    .option("--sizes <list>", "ROWSxENTRIES, several separated by commas")
    .option("--distributions <list>", "distributions of the scores, separated by commas")
    .option("--float64", "measure float64 scores in place of float32")
    .option("--scaling", "single rows of 1e3 to 1e6 entries: scaling of the cost against n log n")
    .option("--continuous", "continuous attention on a line and in the plane, in place of the mappings")
    .option(
      "--seconds <seconds>",
      "time for everything, about (default 90; 12 with --quick, 60 with --scaling, 20 with --continuous)",
    )
    .option("--seed <seed>", "seed of the rows", "1")
    .option("--json <file>", "also write the results as JSON")
    .addHelpText("after", more)
    .action(bench);
  addBenchTrainCommand(command);
}
