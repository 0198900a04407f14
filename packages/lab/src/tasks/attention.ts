/** Attention specifications: one table of everything that a task can be trained with, derived from fenchel's registry. */
import { registry, type Basis, type RegistryEntry } from "fenchel";
import { attender, mappings } from "fenchel/jax";

export type AttentionOptions = Readonly<Record<string, number>>;

/** A mapping, or continuous attention, with the options that are given. */
export interface AttentionSpec {
  /** Name in a task's table: "fusedmax", "continuous-sparsemax". */
  readonly mapping: string;
  readonly options: AttentionOptions;
}

/**
 * Shape of a mapping's weights: all positive; with exact zeros; with one weight for segments of neighbours, for clusters wherever they
 * stand, or for regions of a grid. Tasks give defaults by it, so that a new mapping finds some.
 */
export type MappingKind = "dense" | "sparse" | "segments" | "clusters" | "regions";

function kindOf({ sparse, grouped, symmetry, optionsFor }: RegistryEntry): MappingKind {
  if (!grouped) return sparse ? "sparse" : "dense";
  if (optionsFor !== undefined) return "regions";
  return symmetry === "permutation" ? "clusters" : "segments";
}

/** Weights of a mapping; a density over positions; both added. */
export type AttentionForm = "discrete" | "continuous" | "combined";

/** A row of the table. */
interface AttentionKind {
  readonly name: string;
  readonly form: AttentionForm;
  readonly entry: RegistryEntry;
  readonly kind: MappingKind;
  /** Exponent of the density; null where there is none. */
  readonly alpha: 1 | 2 | null;
}

const trainable = registry.filter(({ name }) => Object.hasOwn(mappings, name));

/** Densities by the mapping that has their exponent. */
const DENSITIES: Readonly<Record<string, 1 | 2>> = { softmax: 1, sparsemax: 2 };

const continuous = (form: AttentionForm): AttentionKind[] =>
  trainable.flatMap((entry) => {
    const alpha = DENSITIES[entry.name];
    return alpha === undefined ? [] : [{ name: `${form}-${entry.name}`, form, entry, kind: kindOf(entry), alpha }];
  });

const attentionKinds: readonly AttentionKind[] = [
  ...trainable.map((entry): AttentionKind => ({
    name: entry.name,
    form: "discrete",
    entry,
    kind: kindOf(entry),
    alpha: null,
  })),
  ...continuous("continuous"),
  ...continuous("combined"),
];

/** Mappings of a row of scores that need no grid. */
const rowMappings = trainable.filter(({ optionsFor }) => optionsFor === undefined);

/** Mappings without a parameter of their own and those that group entries, as Niculae and Blondel (2017) compare them. */
export const standardMappings: readonly string[] = rowMappings
  .filter(({ parameter, grouped }) => parameter === null || grouped)
  .map(({ name }) => name);

/** Specifications with the default options. */
export const specs = (names: readonly string[]): AttentionSpec[] => names.map((mapping) => ({ mapping, options: {} }));

/** Values by the name of a mapping or, where that is not among them, by its kind. */
export type PerMapping<T> = Readonly<Record<string, T>>;

/** Basis functions of continuous attention. */
export interface BasisFamily<B extends Basis = Basis> {
  /** Default number of functions. */
  readonly size: number;
  /** The functions. Throws a RangeError for a number that there cannot be. */
  make(count: number): B;
}

/** What a task takes of the table. */
export interface AttentionSubset<B extends Basis> {
  /** Mappings by name; default all of a row of scores. */
  readonly mappings?: readonly string[];
  /** Forms beside discrete attention. */
  readonly forms?: readonly AttentionForm[];
  /** Whether the density of continuous attention has the moments of a mapping's weights; else its own location and scale. */
  readonly moments?: boolean;
  readonly basis?: BasisFamily<B>;
  /** Default options that differ from the registry's. */
  readonly defaults?: PerMapping<AttentionOptions>;
}

/** A specification with all of its options, as a model needs it. */
export interface Attention<B extends Basis = Basis> {
  readonly name: string;
  readonly form: AttentionForm;
  /** All options, defaults included. */
  readonly options: AttentionOptions;
  /** The mapping of the scores with its own options; null for a density with its own location and scale. */
  readonly discrete: { readonly mapping: string; readonly options: AttentionOptions } | null;
  readonly density: { readonly alpha: 1 | 2; readonly basis: B } | null;
}

export interface AttentionTable<B extends Basis = Basis> {
  readonly names: readonly string[];
  /** Default options by name. */
  readonly defaults: Readonly<Record<string, AttentionOptions>>;
  /** The specification completed. Throws a RangeError or TypeError, in one line, for one that is not in the table. */
  resolve(spec: AttentionSpec): Attention<B>;
  /** Specifications of the discrete mappings that are named, by name or kind, with these options. */
  variants(options: PerMapping<AttentionOptions>): AttentionSpec[];
  /** Values of every discrete mapping that is named, by name or kind. */
  each<T>(values: PerMapping<T>): Readonly<Record<string, T>>;
}

const takesGrid = (mapping: string): boolean => mappings[mapping]!.takes.some(({ name }) => name === "grid");

/** Options of a mapping that are numbers, with defaults. */
function mappingDefaults({ name: mapping, parameter }: RegistryEntry, own: AttentionOptions = {}): AttentionOptions {
  const names = mappings[mapping]!.takes.map(({ name }) => name).filter((name) => name !== "grid");
  return Object.fromEntries(
    names.map((name) => [name, own[name] ?? (parameter?.name === name ? parameter.default : 1)]),
  );
}

/** The part of the table that a task takes. */
export function attentionTable<B extends Basis = never>(subset: AttentionSubset<B> = {}): AttentionTable<B> {
  const {
    mappings: taken = rowMappings.map(({ name }) => name),
    forms = [],
    moments = false,
    basis,
    defaults = {},
  } = subset;
  const kinds = attentionKinds.filter(({ form, name }) =>
    form === "discrete" ? taken.includes(name) : forms.includes(form),
  );
  const valueOf = <T>(values: PerMapping<T>, { entry, kind }: AttentionKind): T | undefined =>
    values[entry.name] ?? values[kind];
  const hasWeights = ({ form }: AttentionKind) => form !== "continuous" || moments;
  const optionsOf = (one: AttentionKind): AttentionOptions => ({
    ...(hasWeights(one) ? mappingDefaults(one.entry, valueOf(defaults, one)) : {}),
    ...(one.alpha === null ? {} : { basis: basis!.size }),
  });
  const table = new Map(kinds.map((one) => [one.name, { ...one, options: optionsOf(one) }]));
  const names = [...table.keys()];
  const discrete = kinds.filter(({ form }) => form === "discrete");
  const named = <T>(values: PerMapping<T>): [string, T][] =>
    Object.entries(values).flatMap(([key, value]) =>
      discrete.flatMap((one): [string, T][] =>
        key === one.name || (key === one.kind && values[one.name] === undefined) ? [[one.name, value]] : [],
      ),
    );
  return {
    names,
    defaults: Object.fromEntries(Array.from(table, ([name, { options }]) => [name, options])),
    resolve({ mapping: name, options: given }) {
      const one = table.get(name);
      if (one === undefined)
        throw new RangeError(`${name} is not available for training; choose one of ${names.join(", ")}`);
      const unknown = Object.keys(given).find((option) => !Object.hasOwn(one.options, option));
      if (unknown !== undefined) {
        throw new RangeError(
          `unknown option ${unknown} for ${name}; available: ${Object.keys(one.options).join(", ")}`,
        );
      }
      const options = { ...one.options, ...given };
      const { basis: functions, ...own } = options;
      const { name: mapping } = one.entry;
      // Checks their ranges.
      if (hasWeights(one)) attender(mapping, takesGrid(mapping) ? { ...own, grid: [1, 1] } : own);
      return {
        name,
        form: one.form,
        options,
        discrete: hasWeights(one) ? { mapping, options: own } : null,
        density: one.alpha === null ? null : { alpha: one.alpha, basis: basis!.make(functions!) },
      };
    },
    variants: (options) => named(options).map(([mapping, own]) => ({ mapping, options: own })),
    each: (values) => Object.fromEntries(named(values)),
  };
}
