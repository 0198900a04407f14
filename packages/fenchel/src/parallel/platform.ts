/** Where this code runs: Node has its workers in a module of its own, a page in a global. */

interface NodeGlobal {
  readonly process?: { readonly versions?: { readonly node?: string } };
}

export const inNode: boolean = typeof (globalThis as NodeGlobal).process?.versions?.node === "string";

/** A module that only Node has; bundlers leave the name alone. */
export async function nodeModule<Exports>(name: string): Promise<Exports> {
  const specifier = `node:${name}`;
  return (await import(/* @vite-ignore */ specifier)) as Exports;
}
