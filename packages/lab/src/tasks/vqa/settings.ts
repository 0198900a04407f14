/** The study's settings, with the values they have when nothing else is asked for. */
import { RunError } from "../../base/run-error.ts";
import type { Setting, SettingValue } from "../task.ts";

/** Set by hand on the dev set with seed 1. The test set was read once they stood. */
export const vqaDefaults = {
  epochs: 7,
  batchPictures: 16,
  questionsPerPicture: 6,
  learningRate: 0.005,
  cells: 16,
  features: 32,
  hiddenSize: 64,
  cellDropout: 0.2,
  ridge: 0.01,
  patience: 7,
} as const;

export type VqaSettings = { readonly [Name in keyof typeof vqaDefaults]: number };

const most = (value: number) => ({ least: 1, most: value, whole: true });

const rules: Readonly<Record<keyof VqaSettings, Omit<Setting, "name" | "value">>> = {
  epochs: { description: "most epochs; in each every training picture is seen once", ...most(1000) },
  batchPictures: { description: "pictures a step", ...most(4096) },
  questionsPerPicture: {
    description: "questions asked about a picture in a step, drawn anew every epoch",
    ...most(64),
  },
  learningRate: { description: "step size of Adam at the first step, from which it falls", least: 1e-6, most: 1 },
  cells: {
    description: "cells a side of the grid that is attended to; it must divide the pictures' 64 pixels",
    ...most(64),
  },
  features: { description: "features of a cell", ...most(1024) },
  hiddenSize: { description: "units of the question and of the answer", ...most(4096) },
  cellDropout: { description: "share of the cells that are silent in training", least: 0, most: 0.9 },
  ridge: { description: "strength of the ridge regression on the basis", least: 1e-6, most: 1000 },
  patience: { description: "epochs without a lower dev loss before training stops", ...most(1000) },
};

export const vqaSettings: readonly Setting[] = Object.entries(rules).map(([name, rule]) => ({
  name,
  value: vqaDefaults[name as keyof VqaSettings],
  ...rule,
}));

/** Throws a RunError where a grid of `cells` a side does not fit pictures of `size` pixels. */
export function checkGrid({ cells }: Pick<VqaSettings, "cells">, size: number): void {
  const fitting = Array.from({ length: size }, (_, i) => i + 1).filter((one) => size % one === 0);
  if (fitting.includes(cells)) return;
  throw new RunError(`--cells is ${cells}: it must divide the pictures' ${size} pixels, as ${fitting.join(", ")} do`);
}

/** Settings by name, those that are not given as they are by default. Throws a TypeError for one that is no number. */
export function settingsOf(given: Readonly<Record<string, SettingValue>>): VqaSettings {
  const entries = vqaSettings.map(({ name, value: usual }) => {
    const value = given[name] ?? usual;
    if (typeof value !== "number") throw new TypeError(`${name} is ${JSON.stringify(value)}: a number is needed`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as VqaSettings;
}
