/** Figures about answers and about attention. */

export { attentionSegments, attentionStatistics, meanStatistics } from "./attention.ts";
export type { Segment } from "./attention.ts";
export { accuracy, f1 } from "./classification.ts";
export { formatSpread, spread } from "./spread.ts";
export type { Spread } from "./spread.ts";
