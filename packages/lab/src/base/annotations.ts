/** Annotations by people, as data sets hold them and metrics evaluate against them. */

/** Positions of two words that translate each other, from 0: in the source and in the target. */
export type AlignmentLink = readonly [source: number, target: number];

/** Position of the first token and of the one after the last. */
export type TokenSpan = readonly [start: number, end: number];
