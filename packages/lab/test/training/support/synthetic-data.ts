/** A small task that a model can learn: texts of made-up words, where a few words give the label away. */
import type { ClassificationData, LabelledText, SpamRunConfig } from "../../../src/tasks/run-types.ts";
import { uniformNumbers } from "../../../src/base/rng.ts";

function texts(split: string, count: number, seed: number): LabelledText[] {
  const uniform = uniformNumbers(seed);
  const pick = (most: number) => Math.floor(most * uniform());
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2;
    const words = Array.from({ length: 6 + pick(50) }, () => `plain${pick(40)}`);
    for (let k = 0; k < 3; k++) words[pick(words.length)] = `${label === 1 ? "sale" : "minutes"}${pick(3)}`;
    return { id: `${split}/${i}`, label, words };
  });
}

export function syntheticData(): ClassificationData {
  return {
    labels: ["ham", "spam"],
    train: texts("train", 160, 1),
    dev: texts("dev", 40, 2),
    test: texts("test", 40, 3),
    checksum: "synthetic",
  };
}

export function smallConfig(changes: Partial<SpamRunConfig> = {}): SpamRunConfig {
  return {
    task: "synthetic",
    mapping: "fusedmax",
    mappingOptions: { lambda: 0.1 },
    seed: 1,
    epochs: 6,
    batchSize: 16,
    learningRate: 0.03,
    maxWords: 48,
    vocabularySize: 100,
    embeddingSize: 8,
    hiddenSize: 8,
    dropout: 0.2,
    patience: 6,
    dataChecksum: "synthetic",
    ...changes,
  };
}
