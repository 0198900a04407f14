/** The two kinds of workers: Node has a module for them, a page (and Electron's renderer, where Node exists, too) a global. */

interface Surroundings {
  readonly process?: { readonly versions?: { readonly node?: string } };
  readonly document?: unknown;
  readonly Worker?: unknown;
  readonly WorkerGlobalScope?: unknown;
}

/** True where workers come from node:worker_threads: there is Node, and neither a page with workers nor a page's worker. */
export function runsInNode(here: Surroundings): boolean {
  if (typeof here.process?.versions?.node !== "string") return false;
  const inPage = typeof here.document === "object" && typeof here.Worker === "function";
  return !inPage && typeof here.WorkerGlobalScope !== "function";
}

export const inNode: boolean = runsInNode(globalThis as Surroundings);

interface Builtins {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** A module that only Node has: no import, which a bundler for pages would follow. */
export function nodeModule<Exports>(name: string): Exports {
  const { process } = globalThis as Builtins;
  if (process?.getBuiltinModule === undefined) throw new Error("fenchel/parallel needs Node 20.16 or later");
  return process.getBuiltinModule(`node:${name}`) as Exports;
}
