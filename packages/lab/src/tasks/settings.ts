/** Settings of tasks: the common ones, declared once, and how a task takes them with its own defaults. */

export type SettingValue = number | string | boolean;
export type Settings = Readonly<Record<string, SettingValue>>;

/** A setting of a task and its option on the command line: `learningRate` is `--learning-rate`. */
export interface Setting {
  readonly name: string;
  /** For the help text. */
  readonly description: string;
  /** Default. */
  readonly value: SettingValue;
  /** Bounds of a number (inclusive) and whether it is an integer; the values of a text. */
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
  readonly among?: readonly string[];
}

type SettingRule = Omit<Setting, "name" | "value">;

const count = (most: number, least = 1) => ({ least, most, whole: true });
const rate = { least: 0, most: 0.95 };

const commonSettings: Readonly<Record<string, SettingRule>> = {
  epochs: { description: "maximum number of epochs", ...count(1000) },
  patience: { description: "epochs without a lower dev loss before training stops", ...count(1000) },
  batchSize: { description: "batch size", ...count(1_000_000) },
  learningRate: { description: "initial Adam learning rate (linear decay)", least: 1e-7, most: 1 },
  warmupSteps: { description: "linear warmup steps of the learning rate", ...count(1_000_000, 0) },
  finetuneEpochs: { description: "epochs of fine-tuning with --init-from-softmax", ...count(1000) },
  finetuneLr: { description: "Adam learning rate of fine-tuning", least: 1e-7, most: 1 },
  weightDecay: { description: "decoupled weight decay", least: 0, most: 10 },
  gradClipNorm: { description: "gradient clipping norm", least: 1e-6, most: 1e6 },
  averageCheckpoints: { description: "average the last N checkpoints if that improves dev loss", ...count(1000) },
  labelSmoothing: { description: "label smoothing", least: 0, most: 0.9 },
  dropout: { description: "dropout rate", ...rate },
  tokenDropout: { description: "share of the input tokens dropped in training", ...rate },
  patchDropout: { description: "share of the image patches dropped in training", ...rate },
  maxLength: { description: "maximum length of an input", ...count(4096) },
  vocabularySize: { description: "vocabulary size", ...count(1_000_000) },
  embeddingSize: { description: "embedding size", ...count(4096) },
  hiddenSize: { description: "hidden size", ...count(4096) },
  ffnSize: { description: "transformer only: feed-forward size", ...count(16_384) },
  beamSize: { description: "beam size; 1 is greedy", ...count(64) },
  lengthPenalty: { description: "exponent of beam search's length penalty", least: 0, most: 10 },
  tokenizer: { description: "tokenizer", among: ["bpe", "word"] },
  grid: { description: "grid size: patches per side of an image", ...count(64) },
  ridge: { description: "ridge penalty of the regression on basis functions", least: 1e-6, most: 1000 },
};

/** What a task says of a setting beside its default: the unit of a common one, or all of its own. */
export type SettingDetails = Partial<SettingRule> & { readonly unit?: string };

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;

/** Settings of any value by the names of these defaults. */
export type SettingsLike<D> = { readonly [Name in keyof D]: Widened<D[Name]> };

/** Settings of a task. */
export interface TaskSettings<D extends Settings> {
  readonly list: readonly Setting[];
  /** Settings by name, defaults where none is given. Throws a TypeError for one of another type. */
  of(given: Settings): SettingsLike<D>;
}

/** Settings with these defaults, in their order; rules of the common ones come from the one table. Throws a TypeError for one without a rule. */
export function defineSettings<const D extends Settings>(
  defaults: D,
  details: { readonly [Name in keyof D]?: SettingDetails } = {},
): TaskSettings<D> {
  const list = Object.entries(defaults).map(([name, value]): Setting => {
    const { unit, ...own } = details[name] ?? {};
    const { description, ...rule } = { ...commonSettings[name], ...own };
    if (description === undefined)
      throw new TypeError(`settings.${name} is not a common setting: it needs a description`);
    return { name, value, description: unit === undefined ? description : `${description} (${unit})`, ...rule };
  });
  return { list, of: (given) => completeSettings(list, given) as SettingsLike<D> };
}

/** All settings of the list, defaults where none is given; others are left out. Throws a TypeError for one of another type. */
export function completeSettings(list: readonly Setting[], given: Settings): Settings {
  return Object.fromEntries(
    list.map(({ name, value: standard }) => {
      const value = given[name] ?? standard;
      if (typeof value !== typeof standard) {
        throw new TypeError(`${name} is ${JSON.stringify(value)}: a ${typeof standard} is needed`);
      }
      return [name, value];
    }),
  );
}
