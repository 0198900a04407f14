/** fenchel-lab: the contract of runs, for programs that read what the command `fenchel` writes. */
export type * from "./run-types.ts";
