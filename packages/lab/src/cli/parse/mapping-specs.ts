/** Attention specifications on the command line: "fusedmax:lambda=0.2,softmax". */
import { registry } from "fenchel";
import { specName } from "../../compare/plan.ts";
import type { AttentionOptions, AttentionSpec } from "../../tasks/attention.ts";
import type { Task } from "../../tasks/task.ts";
import { UserError } from "../terminal/errors.ts";
import { unknownName } from "../terminal/suggest.ts";
import { parseNumber } from "./numbers.ts";

/** Throws a UserError unless the task can be trained with the specification. `option`: the option that named it. */
export function checkSpec(task: Pick<Task, "name" | "attention">, spec: AttentionSpec, option: string): AttentionSpec {
  const { names } = task.attention;
  const known = [...names, ...registry.map(({ name }) => name)];
  if (!known.includes(spec.mapping)) throw new UserError(`${option}: ${unknownName("mapping", spec.mapping, names)}`);
  try {
    task.attention.resolve(spec);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UserError(`${option}: ${error.message}`);
  }
  return spec;
}

/** Throws when two specifications are one once `complete` has given them all options. */
export function refuseTwins(
  specs: readonly AttentionSpec[],
  complete: (spec: AttentionSpec) => AttentionOptions = ({ options }) => options,
): void {
  const seen = new Set<string>();
  for (const spec of specs) {
    const options = Object.entries(complete(spec)).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([spec.mapping, options]);
    if (seen.has(key)) throw new UserError(`--mappings lists ${specName(spec, ":", "=")} twice`);
    seen.add(key);
  }
}

/** "fusedmax" or "fusedmax:lambda=0.2:gamma=2". */
function parseSpec(text: string): AttentionSpec {
  const [mapping = "", ...parts] = text.trim().split(":");
  const options = parts.map((part): [string, number] => {
    const [name, value, ...rest] = part.split("=");
    const number = value === undefined ? null : parseNumber(value);
    if (name === undefined || number === null || rest.length > 0) {
      throw new UserError(
        `--mappings: ${JSON.stringify(text)} is not understood: write fusedmax or fusedmax:lambda=0.2`,
      );
    }
    return [name, number];
  });
  const twice = options.find(([name], i) => options.findIndex(([other]) => other === name) !== i);
  if (twice !== undefined) throw new UserError(`--mappings: ${JSON.stringify(text)} gives ${twice[0]} twice`);
  return { mapping, options: Object.fromEntries(options) };
}

/** Specifications separated by commas, each with its options; no two alike, and all of the task. Throws a UserError. */
export function parseSpecs(task: Pick<Task, "name" | "attention">, text: string): AttentionSpec[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) {
    throw new UserError(`--mappings is ${JSON.stringify(text)}: a name is needed before and after every comma`);
  }
  const specs = parts.map((part) => checkSpec(task, parseSpec(part), "--mappings"));
  refuseTwins(specs);
  return specs;
}
