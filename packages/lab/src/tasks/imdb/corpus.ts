/** What the study asks of a corpus of reviews, whichever it is. */
import type { AttentionSpec, Task } from "../task.ts";
import type { ReviewSettings } from "./settings.ts";

/** A review as it is read. */
export interface CorpusReview {
  readonly id: string;
  /** 1 positive, 0 negative. */
  readonly label: number;
  /** The words that are read; what follows is left out. */
  readonly words: readonly string[];
  /** For every word of the whole review, read or not, whether a person marked it as a reason; only where people did. */
  readonly marks?: Uint8Array;
}

export interface ReviewCorpus {
  readonly train: readonly CorpusReview[];
  readonly dev: readonly CorpusReview[];
  readonly test: readonly CorpusReview[];
  /** SHA-256 of the files. */
  readonly checksum: string;
  /** How words are made and how many of a review are read; a sentence. */
  readonly words: string;
  /** Where the dev set is from and what else there is to say of the figures. */
  readonly splits: string;
}

/** A corpus, and what of the study is its own. */
export interface CorpusKind extends Pick<Task, "description" | "seeds" | "metrics" | "mappings"> {
  readonly grid: NonNullable<Task["grid"]>;
  readonly published: NonNullable<Task["published"]>;
  /** What runs keep of every item, if they do. */
  readonly compared?: NonNullable<Task["compared"]>;
  /** Settings that have other values by default than the study's. */
  readonly defaults: Partial<ReviewSettings>;
  /** Throws a DataError with file and line. */
  read(folder: string, maxTokens: number): ReviewCorpus;
}

/** Choices with the defaults of their options. */
export const plain = (...mappings: readonly string[]): AttentionSpec[] =>
  mappings.map((mapping) => ({ mapping, options: {} }));
