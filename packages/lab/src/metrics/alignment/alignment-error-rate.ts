/** Alignment error rate of predicted word links against human alignments. */
import type { AlignmentLink } from "../../base/annotations.ts";
import { corpusScore, corpusSums, type SufficientStatistics } from "../statistics/sufficient-statistics.ts";

/** One sentence pair: predicted links, sure links and possible links. */
export interface AlignedSentences {
  readonly links: readonly AlignmentLink[];
  readonly sure: readonly AlignmentLink[];
  /** The sure links count among these whether they are repeated or not; default: no others. */
  readonly possible?: readonly AlignmentLink[];
}

export interface AlignmentScores {
  /** Alignment error rate in [0, 1]; 0 is best. */
  readonly aer: number;
  /** Share of the predicted links that are possible; 0 without predicted links. */
  readonly precision: number;
  /** Share of the sure links that are predicted. */
  readonly recall: number;
  readonly predicted: number;
  readonly sure: number;
}

/** Links as text, each once. */
function linkSet(name: string, links: readonly AlignmentLink[]): Set<string> {
  return new Set(
    links.map(([source, target], i) => {
      for (const position of [source, target]) {
        if (!(Number.isInteger(position) && position >= 0)) {
          throw new RangeError(`${name}[${i}] must be two positions from 0, got ${source}-${target}`);
        }
      }
      return `${source}-${target}`;
    }),
  );
}

/** Columns: predicted links, sure links, predicted sure links, predicted possible links. */
const WIDTH = 4;

/** 1 - (sure hits + possible hits) / (predicted + sure); 0 without any link. */
function aerOf(sums: ArrayLike<number>): number {
  const links = sums[0]! + sums[1]!;
  return links === 0 ? 0 : 1 - (sums[2]! + sums[3]!) / links;
}

/**
 * Sufficient statistics of the alignment error rate for `bootstrapInterval` and `pairedSignificance`: the counts of every sentence pair.
 *
 * @param pairs - As for `alignmentErrorRate`, with the same errors; pairs without a sure link are allowed.
 *
 * @example
 * corpusScore(alignmentStatistics([{ links: [[0, 0]], sure: [[0, 0], [1, 1]] }])); // 0.333333
 */
export function alignmentStatistics(pairs: readonly AlignedSentences[]): SufficientStatistics {
  if (pairs.length === 0) throw new RangeError("pairs must not be empty");
  const rows = new Float64Array(pairs.length * WIDTH);
  pairs.forEach(({ links, sure, possible = [] }, i) => {
    const predicted = linkSet(`pairs[${i}].links`, links);
    const certain = linkSet(`pairs[${i}].sure`, sure);
    const either = new Set([...certain, ...linkSet(`pairs[${i}].possible`, possible)]);
    const hits = (among: ReadonlySet<string>) => [...predicted].filter((link) => among.has(link)).length;
    rows.set([predicted.size, certain.size, hits(certain), hits(either)], i * WIDTH);
  });
  return { rows, width: WIDTH, score: aerOf };
}

/**
 * Alignment error rate, precision and recall of predicted links A against sure links S and possible links P, S within P:
 * AER = 1 - (|A and S| + |A and P|) / (|A| + |S|), precision |A and P| / |A|, recall |A and S| / |S|, all counts over the corpus.
 *
 * Throws a RangeError for no pairs, a link that is not two positions, or no sure link at all. Cost: linear in the links.
 *
 * @param pairs - Links [source position, target position] from 0 of every sentence pair; one given twice counts once.
 *
 * Och and Ney, "A Systematic Comparison of Various Statistical Alignment Models" (2003).
 *
 * @example
 * alignmentErrorRate([{ links: [[0, 0], [1, 2]], sure: [[0, 0], [1, 1]], possible: [[1, 2]] }]); // { aer: 0.25, precision: 1, recall: 0.5, predicted: 2, sure: 2 }
 */
export function alignmentErrorRate(pairs: readonly AlignedSentences[]): AlignmentScores {
  const statistics = alignmentStatistics(pairs);
  const [predicted, sure, sureHits, possibleHits] = corpusSums(statistics) as unknown as [
    number,
    number,
    number,
    number,
  ];
  if (sure === 0) throw new RangeError("pairs must hold at least one sure link");
  return {
    aer: corpusScore(statistics),
    precision: predicted === 0 ? 0 : possibleHits / predicted,
    recall: sureHits / sure,
    predicted,
    sure,
  };
}
