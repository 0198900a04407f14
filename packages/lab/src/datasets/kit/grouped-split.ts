/** Splits of labelled items, whole groups at a time, with the labels' shares kept. Deterministic. */

import { createHash } from "node:crypto";
import type { Groups } from "./near-duplicates.ts";

export interface SplitItem {
  /** Decides, through its hash, where the item's group goes; must not change between versions of the data. */
  readonly id: string;
  readonly label: number;
  readonly group: number;
}

export interface SplitOptions {
  /** Share of every split; positive, adding up to 1. */
  readonly shares: readonly number[];
  /** Groups above this share of all items go to the first split, lest one thread fill a test set; default 0.005. */
  readonly largestGroup?: number;
}

export interface GroupedSplits<Item> {
  readonly train: readonly Item[];
  readonly dev: readonly Item[];
  readonly test: readonly Item[];
  /** The group of every item, by its id. */
  readonly groups: ReadonlyMap<string, number>;
  readonly groupCount: number;
  readonly largestGroup: number;
}

/** Train, dev and test split of items, item i of which is in group `groups.groupOf(i)`. */
export function splitGroups<Item extends Pick<SplitItem, "id"> & Partial<SplitItem>>(
  items: readonly Item[],
  { groupOf }: Groups,
  shares: readonly [train: number, dev: number, test: number],
): GroupedSplits<Item> {
  const grouped = items.map(({ id, label = 0 }, index): SplitItem => ({ id, label, group: groupOf(index) }));
  const split = splitByGroup(grouped, { shares });
  const sizes = new Map<number, number>();
  for (const { group } of grouped) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const [train, dev, test] = [0, 1, 2].map((wanted) => items.filter((_, index) => split[index] === wanted));
  return {
    train: train!,
    dev: dev!,
    test: test!,
    groups: new Map(grouped.map(({ id, group }) => [id, group])),
    groupCount: sizes.size,
    largestGroup: Math.max(...sizes.values()),
  };
}

/** The split, an index into `shares`, of every item. */
export function splitByGroup(items: readonly SplitItem[], options: SplitOptions): Uint8Array {
  const { shares, largestGroup = 0.005 } = options;
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length === 0 || shares.some((share) => !(share > 0)) || Math.abs(total - 1) > 1e-9) {
    throw new RangeError(`shares must be positive and add up to 1, got ${shares.join(", ")}`);
  }
  const members = new Map<number, number[]>();
  for (const [index, item] of items.entries()) {
    const known = members.get(item.group);
    if (known === undefined) members.set(item.group, [index]);
    else known.push(index);
  }
  const labels = Math.max(0, ...items.map((item) => item.label + 1));
  const perLabel = Array.from({ length: labels }, (_, label) => items.filter((item) => item.label === label).length);
  // What is still missing of every label in every split, relative to what it should have.
  const missing = shares.map((share) => perLabel.map((count) => share * count));
  const need = (split: number, group: readonly number[]): number =>
    group.reduce((sum, index) => {
      const { label } = items[index]!;
      return sum + missing[split]![label]! / (shares[split]! * perLabel[label]!);
    }, 0);

  const keyed = Array.from(members.values(), (group) => {
    const name = group.map((index) => items[index]!.id).sort()[0]!;
    return { group, name, key: createHash("sha256").update(name).digest("hex") };
  });
  // Large ones first, while there is room everywhere; by their hash within a size.
  const big = largestGroup * items.length;
  keyed.sort((a, b) => Number(b.group.length > big) - Number(a.group.length > big) || (a.key < b.key ? -1 : 1));

  const result = new Uint8Array(items.length);
  for (const { group } of keyed) {
    let chosen = 0;
    if (group.length <= big) {
      for (let split = 1; split < shares.length; split++) {
        if (need(split, group) > need(chosen, group) + 1e-12) chosen = split;
      }
    }
    for (const index of group) {
      result[index] = chosen;
      missing[chosen]![items[index]!.label]!--;
    }
  }
  return result;
}
