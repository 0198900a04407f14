/** The command `fenchel`: its subcommands, and the messages of their errors. */
import { Command, CommanderError } from "commander";
import { version } from "../base/version.ts";
import { Exit, oneLine, userMessage, UserError } from "./terminal/errors.ts";
import { print, warn, watchStreams } from "./terminal/output.ts";
import { unknownName } from "./terminal/suggest.ts";

/** Every command with its module, loaded when it is called: `map` and `list` need nothing of the tasks. */
const commands: Readonly<Record<string, (program: Command) => Promise<void>>> = {
  compare: async (program) => (await import("./commands/compare.ts")).addCompareCommand(program),
  train: async (program) => (await import("./commands/train.ts")).addTrainCommand(program),
  evaluate: async (program) => (await import("./commands/evaluate.ts")).addEvaluateCommand(program),
  explain: async (program) => (await import("./commands/explain.ts")).addExplainCommand(program),
  map: async (program) => (await import("./commands/map.ts")).addMapCommand(program),
  list: async (program) => (await import("./commands/list.ts")).addListCommand(program),
  bench: async (program) => {
    const bench = (await import("./commands/bench.ts")).addBenchCommand(program);
    (await import("./commands/bench-train.ts")).addBenchTrainCommand(bench);
  },
  data: async (program) => (await import("./commands/data.ts")).addDataCommand(program),
};

const examples = `
Examples:
  fenchel compare spam                         train the spam classifier with every mapping and write a report
  fenchel map fusedmax --lambda 0.1 1 2.1 1.9  weights for scores
  fenchel data list                            the data sets, and how to get them
  fenchel bench --quick                        speed of the mappings on this machine
  fenchel bench train entailment               speed of training with each mapping
  fenchel help map                             a command's own help`;

/** The program with the command that `args` begin with, or with all; `say` receives what commander prints (help, version). */
async function makeProgram(args: readonly string[], say: (text: string) => void): Promise<Command> {
  const program = new Command("fenchel")
    .description("Sparse and structured attention: map scores, train and compare models, measure speed.")
    .version(version())
    .option("--debug", "show the stack of an unexpected error")
    .showSuggestionAfterError(true)
    // An option belongs to the command before it, also where its parent has one of that name.
    .enablePositionalOptions()
    .addHelpText("after", examples)
    .hook("preAction", (_, action) => restoreNumbers(action));
  const meant = args.find((word) => !word.startsWith("-") && word !== "help") ?? "";
  if (Object.hasOwn(commands, meant)) await commands[meant]!(program);
  else for (const add of Object.values(commands)) await add(program);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeOut: say, writeErr: () => {} });
  }
  return program;
}

/** The command and all below it. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

const signLike = /^-(inf(inity)?|\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?)$/i;

/** Stands for the minus of a number while commander reads the arguments; no text holds this character. */
const MINUS = "\ufdd0";

/** Negative numbers, -inf included, are scores and values: commander must not take them for options. */
function protectNumbers(args: readonly string[]): string[] {
  return args.map((arg) => (signLike.test(arg) ? MINUS + arg.slice(1) : arg));
}

/** Gives a command's options and arguments back as they were typed. */
function restoreNumbers(command: Command): void {
  const restore = (value: unknown): unknown => {
    if (typeof value === "string") return value.replaceAll(MINUS, "-");
    return Array.isArray(value) ? value.map(restore) : value;
  };
  for (const [name, value] of Object.entries(command.opts())) command.setOptionValue(name, restore(value));
  command.processedArgs = command.processedArgs.map(restore);
}

/** The command that is meant, from the program on: [fenchel, data, get] for "data get imdb". */
function commandPath(program: Command, args: readonly string[]): [Command, ...Command[]] {
  const path: [Command, ...Command[]] = [program];
  for (const word of args) {
    if (word.startsWith("-")) continue;
    const next = path.at(-1)!.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    path.push(next);
  }
  return path;
}

const namesIn = (group: Command): string[] => group.commands.map((command) => command.name());

/** Commands whose subcommands are tasks. */
const TASK_GROUPS = new Set(["compare", "train"]);

/** A usage error in the words of the command line, or null for help and version. */
function usageMessage(error: CommanderError, path: readonly Command[]): string | null {
  if (error.exitCode === 0) return null;
  const help = `see ${path.map((command) => command.name()).join(" ")} --help`;
  const group = path.findLast((command) => command.commands.length > 0)!;
  const unknown = /unknown command '([^']*)'/.exec(error.message);
  const kind = TASK_GROUPS.has(group.name()) ? "task" : "command";
  if (unknown !== null) return unknownName(kind, unknown[1]!, namesIn(group));
  // A command that has an action of its own beside its subcommands takes no arguments.
  if (error.code === "commander.excessArguments" && group === path.at(-1) && group.args[0] !== undefined) {
    return `${unknownName(kind, group.args[0], namesIn(group))}; ${help}`;
  }
  if (error.code === "commander.help") return `no ${kind} is given; available: ${namesIn(group).join(", ")}; ${help}`;
  const message = error.message.replace(/^error: /, "").replace(/\.$/, "");
  return message.includes("--help") ? message : `${message}; ${help}`;
}

/** `help data get` as `data get --help`, whatever commander makes of it. Throws a UserError for a command that there is not. */
function spellHelp(program: Command, args: readonly string[]): readonly string[] {
  const [first, ...words] = args;
  if (first !== "help" || words.length === 0) return args;
  const path = commandPath(program, words);
  const unknown = words[path.length - 1];
  if (unknown !== undefined && path.at(-1)!.commands.length > 0) {
    throw new UserError(unknownName("command", unknown, namesIn(path.at(-1)!)));
  }
  return [...words, "--help"];
}

/** Runs the command; returns the exit code. */
export async function run(given: readonly string[]): Promise<number> {
  const end = given.indexOf("--");
  const isDebug = (arg: string, i: number) => arg === "--debug" && (end < 0 || i < end);
  const debug = given.some(isDebug);
  const args = given.filter((arg, i) => !isDebug(arg, i));
  let said = "";
  try {
    const program = await makeProgram(args, (text) => {
      said += text;
    });
    try {
      await program.parseAsync(protectNumbers(spellHelp(program, args)), { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      const message = usageMessage(error, commandPath(program, args))?.replaceAll(MINUS, "-") ?? null;
      if (message !== null) {
        warn(`fenchel: ${oneLine(message)}`);
        return 2;
      }
    }
    if (said !== "") await print(said);
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    const message = userMessage(error);
    if (debug && error instanceof Error) warn(error.stack ?? String(error));
    if (message !== null) {
      warn(`fenchel: ${message}`);
      return 2;
    }
    if (!debug) {
      warn(`fenchel: unexpected error: ${oneLine(String(error instanceof Error ? error.message : error))}`);
      warn("This is a fault of fenchel; run it again with --debug to see where.");
    }
    return 1;
  }
}

/** Entry of bin/fenchel.js. */
export async function main(args: readonly string[]): Promise<void> {
  watchStreams();
  process.exitCode = await run(args);
}
