/** A small made-up data set for tests of training: labels that a few words tell. */
import { createHash } from "node:crypto";
import type { ClassificationData, LabelledText, SpamRunConfig } from "../../src/tasks/run-types.ts";

function texts(split: string, count: number): LabelledText[] {
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2;
    const filler = Array.from({ length: 4 + (i % 5) }, (_, j) => `word${(i * 7 + j * 3) % 20}`);
    const telling = label === 1 ? ["win", "money"] : ["see", "you"];
    return { id: `${split}/${i}`, label, words: filler.toSpliced(i % 4, 0, ...telling) };
  });
}

/** 40 training texts, 12 dev and 12 test texts. */
export function tinyData(): ClassificationData {
  const splits = { train: texts("train", 40), dev: texts("dev", 12), test: texts("test", 12) };
  const checksum = createHash("sha256").update(JSON.stringify(splits)).digest("hex");
  return { labels: ["ham", "spam"], checksum, ...splits };
}

/** Settings that train on it in a moment. */
export const tinySettings: Pick<
  SpamRunConfig,
  "task" | "epochs" | "batchSize" | "maxWords" | "vocabularySize" | "embeddingSize" | "hiddenSize" | "patience"
> = {
  task: "spam",
  epochs: 3,
  batchSize: 8,
  maxWords: 16,
  vocabularySize: 50,
  embeddingSize: 4,
  hiddenSize: 4,
  patience: 3,
};
