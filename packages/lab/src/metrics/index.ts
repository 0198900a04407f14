/** Metrics of text, alignments, attention and classification, with confidence intervals and significance tests; no training code. */

export type { AlignmentLink, TokenSpan } from "../base/annotations.ts";
export { alignmentErrorRate, alignmentStatistics } from "./alignment/alignment-error-rate.ts";
export type { AlignedSentences, AlignmentScores } from "./alignment/alignment-error-rate.ts";
export { attentionAlignment } from "./alignment/attention-alignment.ts";
export type { AlignmentRule, AttentionAlignmentOptions } from "./alignment/attention-alignment.ts";
export { attentionSegments, attentionStatistics, meanAttentionStatistics } from "./attention/attention-statistics.ts";
export type { AttentionStatistics, Segment } from "./attention/attention-statistics.ts";
export { faithfulness } from "./attention/faithfulness.ts";
export type {
  Faithfulness,
  FaithfulnessOptions,
  FaithfulnessPoint,
  ReducedProbabilities,
  ReducedText,
} from "./attention/faithfulness.ts";
export { bestIouThreshold, rationaleMask, rationaleScores } from "./attention/rationales.ts";
export type { MarkedText, RationaleScores, TokenOverlap } from "./attention/rationales.ts";
export { selectedTokens } from "./attention/token-selection.ts";
export type { TokenSelection } from "./attention/token-selection.ts";
export type { Ellipse } from "./spatial/ellipse.ts";
export { attentionRegion, ellipseAttention, pointingMass, regionScores } from "./spatial/region-scores.ts";
export type { AttentionRegion, PlaneDensity, PointOptions, RegionScores } from "./spatial/region-scores.ts";
export type { CellAttention, EllipseAttention, ImageAttention, SegmentationMask } from "./spatial/spatial-attention.ts";
export { bootstrapInterval } from "./statistics/bootstrap.ts";
export type { ExampleStatistic, Interval, Resampled, ResamplingOptions } from "./statistics/bootstrap.ts";
export { accuracy, classificationScores, confusionMatrix, f1, macroF1Statistics } from "./statistics/classification.ts";
export type { ClassificationScores, ClassScores } from "./statistics/classification.ts";
export { formatMeanStd, meanStd } from "./statistics/mean-std.ts";
export type { MeanStd } from "./statistics/mean-std.ts";
export { averagePrecision, precisionRecallArea } from "./statistics/precision-recall.ts";
export type { PrecisionRecall } from "./statistics/precision-recall.ts";
export { holmAdjusted, pairedSignificance } from "./statistics/significance.ts";
export type { Significance, SignificanceOptions } from "./statistics/significance.ts";
export { averageRuns, corpusScore, meanOfExamples } from "./statistics/sufficient-statistics.ts";
export type { SufficientStatistics } from "./statistics/sufficient-statistics.ts";
export { bleuTokenizers } from "./text/bleu-tokenizers.ts";
export type { BleuTokenizer } from "./text/bleu-tokenizers.ts";
export { bleu, bleuOfStatistics, bleuStatistics, formatBleu } from "./text/bleu.ts";
export type { BleuOptions, BleuScore } from "./text/bleu.ts";
export { chrf, chrfStatistics } from "./text/chrf.ts";
export type { ChrfOptions, ChrfScore } from "./text/chrf.ts";
export type { References } from "./text/references.ts";
export { rougeRecallAtBytes } from "./text/rouge-recall-75b.ts";
export type { RougeRecall, RougeRecallOptions } from "./text/rouge-recall-75b.ts";
export { rouge } from "./text/rouge.ts";
export type { RougeKind, RougeOptions, RougeScores, RougeTokenizer, SentenceSplitter } from "./text/rouge.ts";
