/** The list of all mappings: one import and one line each. */
import type { RegistryEntry } from "./core/mapping-info.ts";
import { info as budgetmax } from "./mappings/budgetmax.ts";
import { info as csparsemax } from "./mappings/csparsemax.ts";
import { info as entmax } from "./mappings/entmax.ts";
import { info as fusedmax } from "./mappings/fusedmax.ts";
import { info as graphmax } from "./mappings/graphmax.ts";
import { info as normmax } from "./mappings/normmax.ts";
import { info as oscarmax } from "./mappings/oscarmax.ts";
import { info as softmax } from "./mappings/softmax.ts";
import { info as sparsemax } from "./mappings/sparsemax.ts";
import { info as sqPnormMax } from "./mappings/sq-pnorm-max.ts";
import { info as topkmax } from "./mappings/topkmax.ts";
import { info as tvmax } from "./mappings/tvmax.ts";

/** Every mapping of the library, with what a tool needs to know of it. */
export const registry: readonly RegistryEntry[] = [
  softmax,
  sparsemax,
  entmax,
  sqPnormMax,
  normmax,
  fusedmax,
  oscarmax,
  tvmax,
  graphmax,
  csparsemax,
  budgetmax,
  topkmax,
];
