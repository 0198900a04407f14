/** Sentence pairs are read in their protocols, with their explanations. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSnli } from "../../src/datasets/snli.ts";
import { complaint, put, putTable, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

const snliHeader = ["label", "premise", "hypothesis", "pair_id"];

/** `count` labelled pairs with one unlabelled after every fifth. */
function snliRows(name: string, count: number): string[][] {
  const labels = ["entailment", "neutral", "contradiction"];
  return Array.from({ length: count }, (_, i) => {
    const row = [labels[i % 3]!, `p ${name} ${i}`, "h", `${name}${i}`];
    return i % 5 === 4 ? [row, ["-", "none", "h", "none"]] : [row];
  }).flat();
}

describe("entailment", () => {
  it("reads SNLI in the reduced protocol, in full once its training set is there, and from the official lines", async () => {
    const put3 = (split: string, count: number) =>
      putTable(folder, `entailment/snli_${split}.tsv.gz`, [snliHeader, ...snliRows(split, count)]);
    put3("dev", 810);
    put3("test", 7);
    put3("train_first1022", 5);
    const reduced = readSnli(folder);
    expect(reduced.protocol).toBe("reduced");
    expect(reduced.train.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 5 }, (_, i) => `train_first1022${i}`),
      ...Array.from({ length: 10 }, (_, i) => `dev${i}`),
    ]);
    expect([reduced.dev.length, reduced.dev[0]!.id, reduced.dev.at(-1)!.id]).toEqual([800, "dev10", "dev809"]);
    expect(reduced.test).toHaveLength(7);
    expect([...reduced.train, ...reduced.test].every(({ label }) => label !== ("-" as string))).toBe(true);
    expect(await complaint(folder, () => readSnli(folder, { protocol: "full" }))).toMatch(
      /^entailment\/snli_train\.tsv\.gz: no such file; get it with: fenchel data get snli/,
    );

    const lines = snliRows("official", 1030).map(([gold_label, sentence1, sentence2, pairID]) =>
      JSON.stringify({ gold_label, sentence1, sentence2, pairID, annotator_labels: [] }),
    );
    put(folder, "entailment/snli_1.0_train.jsonl", `${lines.join("\n")}\n`);
    const full = readSnli(folder);
    expect([full.protocol, full.train.length, full.dev.length]).toEqual(["full", 1030, 810]);
    expect(full.checksum).not.toBe(reduced.checksum);
    expect(readSnli(folder, { protocol: "reduced" })).toEqual(reduced);
    rmSync(join(folder, "entailment/snli_train_first1022.tsv.gz"));
    const fromFull = readSnli(folder, { protocol: "reduced" });
    expect(fromFull.train.length).toBe(1022 + 10);
    expect(fromFull.train[1021]!.id).toBe("official1021");
    rmSync(join(folder, "entailment/snli_1.0_train.jsonl"));
    put3("train_first1022", 5);
    put3("dev", 800);
    expect(await complaint(folder, () => readSnli(folder))).toMatch(
      /800 labelled pairs; the reduced protocol needs more/,
    );
    expect(() => readSnli(folder, { protocol: "fast" as "auto" })).toThrow(
      'protocol must be "reduced", "full" or "auto"',
    );
  });

  it("keeps the explanations that there are", async () => {
    putTable(folder, "entailment/snli_test.tsv.gz", [
      [...snliHeader, "annotator_labels", "explanation_1", "explanation_2", "explanation_3"],
      ["neutral", "p", "h", "id", "neutral", "why", "", "also"],
    ]);
    putTable(folder, "entailment/snli_dev.tsv.gz", [snliHeader, ...snliRows("dev", 801)]);
    expect(readSnli(folder).test[0]!.explanations).toEqual(["why", "also"]);
    putTable(folder, "entailment/snli_test.tsv.gz", [snliHeader, ["maybe", "p", "h", "id"]]);
    expect(await complaint(folder, () => readSnli(folder))).toMatch(
      /:2: column "label" must be "entailment" or .* got "maybe"/,
    );
  });
});
