/** Figures about answers and about attention. */

export { alignmentErrorRate, alignmentSums } from "./alignment.ts";
export type { AlignmentScores, LinkedPair } from "./alignment.ts";
export { attentionLinks } from "./attention-links.ts";
export type { AttentionLinksOptions, LinkRule } from "./attention-links.ts";
export { attentionSegments, attentionStatistics, meanStatistics } from "./attention.ts";
export type { Segment } from "./attention.ts";
export { bleu, bleuLine, bleuOfSums, bleuSums } from "./bleu.ts";
export type { BleuOptions, BleuScore } from "./bleu.ts";
export { accuracyInterval, bootstrapInterval } from "./bootstrap.ts";
export type { BootstrapOptions, Interval, ItemStatistic, Resampled, ResamplingOptions } from "./bootstrap.ts";
export { chrf, chrfSums } from "./chrf.ts";
export type { ChrfOptions, ChrfScore } from "./chrf.ts";
export { accuracy, f1 } from "./classification.ts";
export { faithfulness, probabilityFall } from "./faithfulness.ts";
export type {
  Faithfulness,
  FaithfulnessOptions,
  FaithfulnessPoint,
  ReducedProbabilities,
  ReducedText,
} from "./faithfulness.ts";
export { meanSums, scoreOfAll } from "./item-sums.ts";
export type { ItemSums } from "./item-sums.ts";
export { porterStem } from "./porter-stemmer.ts";
export type { Ellipse } from "./ellipse.ts";
export type { CellAttention, EllipseAttention, PictureAttention, ShapeMask } from "./picture-attention.ts";
export { attentionRegion, ellipseAttention, massInside, regionScores } from "./picture-regions.ts";
export type { PictureRegion, PointOptions, RegionScores } from "./picture-regions.ts";
export type { PrecisionRecall } from "./precision-recall.ts";
export { averagePrecision, precisionRecallArea } from "./ranking.ts";
export { rationaleMask, rationaleScores } from "./rationales.ts";
export type { MarkedText, RationaleScores } from "./rationales.ts";
export { rougeRecallAtBytes } from "./rouge-at-bytes.ts";
export type { RougeRecall, RougeRecallOptions } from "./rouge-at-bytes.ts";
export { rouge, rougeKinds } from "./rouge.ts";
export type { RougeKind, RougeOptions, RougeScores } from "./rouge.ts";
export type { References } from "./sentence-pairs.ts";
export { pairedSignificance } from "./significance.ts";
export type { Significance, SignificanceOptions } from "./significance.ts";
export { formatSpread, spread } from "./spread.ts";
export type { Spread } from "./spread.ts";
export { tokenize13a } from "./tokenize-13a.ts";
export { chosenWords } from "./word-choice.ts";
export type { WordChoice } from "./word-choice.ts";
