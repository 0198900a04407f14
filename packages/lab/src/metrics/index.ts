/** Figures about answers and about attention. */

export { alignmentErrorRate, alignmentSums } from "./alignment/alignment.ts";
export type { AlignmentScores, AlignedSentences } from "./alignment/alignment.ts";
export { attentionAlignment } from "./alignment/attention-alignment.ts";
export type { AttentionLinksOptions, AlignmentRule } from "./alignment/attention-alignment.ts";
export { attentionSegments, attentionStatistics, meanStatistics } from "./attention/attention.ts";
export type { Segment } from "./attention/attention.ts";
export { bleu, bleuLine, bleuOfSums, bleuSums } from "./text/bleu.ts";
export type { BleuOptions, BleuScore } from "./text/bleu.ts";
export { accuracyInterval, bootstrapInterval } from "./statistics/bootstrap.ts";
export type {
  BootstrapOptions,
  Interval,
  ItemStatistic,
  Resampled,
  ResamplingOptions,
} from "./statistics/bootstrap.ts";
export { chrf, chrfSums } from "./text/chrf.ts";
export type { ChrfOptions, ChrfScore } from "./text/chrf.ts";
export { accuracy, f1 } from "./statistics/classification.ts";
export { faithfulness, probabilityFall } from "./attention/faithfulness.ts";
export type {
  Faithfulness,
  FaithfulnessOptions,
  FaithfulnessPoint,
  ReducedProbabilities,
  ReducedText,
} from "./attention/faithfulness.ts";
export { meanSums, corpusScore } from "./statistics/sufficient-statistics.ts";
export type { SufficientStatistics } from "./statistics/sufficient-statistics.ts";
export { porterStem } from "./text/porter-stemmer.ts";
export type { Ellipse } from "./spatial/ellipse.ts";
export type { CellAttention, EllipseAttention, PictureAttention, ShapeMask } from "./spatial/spatial-attention.ts";
export { attentionRegion, ellipseAttention, pointingMass, regionScores } from "./spatial/region-scores.ts";
export type { PictureRegion, PointOptions, RegionScores } from "./spatial/region-scores.ts";
export type { PrecisionRecall } from "./attention/precision-recall.ts";
export { averagePrecision, precisionRecallArea } from "./attention/ranking.ts";
export { rationaleMask, rationaleScores } from "./attention/rationales.ts";
export type { MarkedText, RationaleScores } from "./attention/rationales.ts";
export { rougeRecallAtBytes } from "./text/rouge-recall-75b.ts";
export type { RougeRecall, RougeRecallOptions } from "./text/rouge-recall-75b.ts";
export { rouge, rougeKinds } from "./text/rouge.ts";
export type { RougeKind, RougeOptions, RougeScores } from "./text/rouge.ts";
export type { References } from "./text/sentence-pairs.ts";
export { pairedSignificance } from "./statistics/significance.ts";
export type { Significance, SignificanceOptions } from "./statistics/significance.ts";
export { formatMeanStd, meanStd } from "./statistics/mean-std.ts";
export type { MeanStd } from "./statistics/mean-std.ts";
export { tokenize13a } from "./text/tokenize-13a.ts";
export { selectedTokens } from "./attention/token-selection.ts";
export type { TokenSelection } from "./attention/token-selection.ts";
