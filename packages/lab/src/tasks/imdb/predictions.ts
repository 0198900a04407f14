/** What a trained model makes of reviews, one by one, and the scores of a split. */
import { tree } from "@jax-js/jax";
import { betaGaussian, positions } from "fenchel";
import { attentionStatistics, meanAttentionStatistics } from "../../metrics/index.ts";
import { batchTexts } from "../spam/batches.ts";
import type { ReviewBatches } from "./batches.ts";
import type { CompiledReviewModel } from "./compiled.ts";
import type { ReviewAttention } from "./attention.ts";
import type { ReviewParameters } from "./model.ts";
import type { ReviewText } from "./data.ts";

/** A density over a text; where words stand goes from 0 to 1. */
export interface DensityPrediction {
  readonly alpha: 1 | 2;
  readonly location: number;
  readonly scale2: number;
}

export interface ReviewPrediction {
  /** How many words the text has. */
  readonly words: number;
  /** Probability of a positive review. */
  readonly probability: number;
  /** -log of the probability of the review's label, in nats. */
  readonly loss: number;
  readonly right: boolean;
  /** Discrete weights, one a word; null where there are none. */
  readonly weights: Float32Array | null;
  readonly density: DensityPrediction | null;
}

export interface PredictOptions {
  readonly batches: ReviewBatches;
  readonly batchSize: number;
  readonly maxTokens: number;
}

/** log(1 + e^x). */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Reads every text, in order. The parameters stay the caller's. */
export async function predictReviews(
  model: CompiledReviewModel,
  mechanism: ReviewAttention,
  parameters: ReviewParameters,
  texts: readonly ReviewText[],
  options: PredictOptions,
): Promise<ReviewPrediction[]> {
  const reads: ReviewPrediction[] = [];
  const values = async (array: { data(): Promise<unknown> } | undefined) =>
    array === undefined ? null : ((await array.data()) as Float32Array);
  for (const plan of batchTexts(texts, options.batchSize, options.maxTokens)) {
    const { batch, labels, counted } = options.batches(texts, plan);
    tree.dispose([labels, counted]);
    const reading = await model.read(tree.ref(parameters), batch);
    const logits = (await values(reading.logits))!;
    const weights = await values(reading.weights);
    const location = await values(reading.location);
    const scale2 = await values(reading.scale2);
    plan.texts.forEach((index, row) => {
      const { words, label } = texts[index]!;
      const margin = logits[2 * row + 1]! - logits[2 * row]!;
      const { alpha } = mechanism.density ?? {};
      reads[index] = {
        words: words.length,
        probability: 1 / (1 + Math.exp(-margin)),
        loss: softplus(label === 1 ? -margin : margin),
        right: margin > 0 === (label === 1),
        weights: weights?.slice(row * plan.length, row * plan.length + words.length) ?? null,
        density: alpha === undefined ? null : { alpha, location: location![row]!, scale2: scale2![row]! },
      };
    });
  }
  return reads;
}

/** Where a density is above 0, and its mean and standard deviation. */
export function intervalOf({ alpha, location, scale2 }: DensityPrediction): {
  readonly low: number;
  readonly high: number;
  readonly deviation: number;
} {
  const { support, covariance } = betaGaussian({ alpha, location, scale2 });
  const deviation = Math.sqrt(covariance[0]!);
  if (support.kind !== "interval") return { low: -Infinity, high: Infinity, deviation };
  return { low: support.from, high: support.to, deviation };
}

/** p at positions of a text, 0 to 1. */
export function densityAt({ alpha, location, scale2 }: DensityPrediction, at: ArrayLike<number>): Float64Array {
  return betaGaussian({ alpha, location, scale2 }).density(at);
}

/** The share of a density that falls on every one of so many words: what a weight is to discrete attention. */
export function wordShares(density: DensityPrediction, words: number): number[] {
  return Array.from(densityAt(density, positions(words)), (value) => Math.min(1, value / words));
}

/** How much every word of a text is attended to: its weight, its share of the density or, with both, their mean. */
export function wordAttention({
  weights,
  density,
  words,
}: Pick<ReviewPrediction, "weights" | "density" | "words">): number[] {
  const shares = density === null ? null : wordShares(density, words);
  if (weights === null) return shares ?? [];
  return Array.from(weights, (weight, i) => (shares === null ? weight : (weight + shares[i]!) / 2));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Figures of a split by the keys of the study's measures. Texts without words count for the answers, not for attention. */
export function reviewScores(reads: readonly ReviewPrediction[]): Record<string, number> {
  const scores: Record<string, number> = {
    accuracy: mean(reads.map(({ right }) => (right ? 1 : 0))),
    loss: mean(reads.map(({ loss }) => loss)),
  };
  const weights = reads.flatMap((read) => (read.weights === null || read.weights.length === 0 ? [] : [read.weights]));
  if (weights.length > 0) {
    const { sparsity, supportSize, entropy } = meanAttentionStatistics(weights.map((row) => attentionStatistics(row)));
    Object.assign(scores, { sparsity, supportSize, entropy });
  }
  const densities = reads.flatMap(({ density }) => (density === null ? [] : [density]));
  if (densities.length > 0) {
    const intervals = densities.map(intervalOf);
    scores["interval"] = mean(intervals.map(({ low, high }) => Math.max(0, Math.min(1, high) - Math.max(0, low))));
    scores["location"] = mean(densities.map(({ location }) => location));
    scores["deviation"] = mean(intervals.map(({ deviation }) => deviation));
  }
  return scores;
}
