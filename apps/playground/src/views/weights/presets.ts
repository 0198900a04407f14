/** Rows of scores after the figures of the papers, each with mappings that it tells apart. */
import type { Preset } from "../../parts/options.ts";

export interface WeightsPreset extends Preset {
  readonly scores: readonly number[];
  readonly mappings: readonly string[];
  readonly values: Readonly<Record<string, number>>;
}

/** A smooth random row: sums of waves of fixed phases, so that a link shows the same. */
function waves(n: number): number[] {
  return Array.from({ length: n }, (_, i) => {
    const t = i / n;
    const wave =
      Math.sin(9 * t + 1) + 0.7 * Math.sin(23 * t + 2) + 0.35 * Math.sin(71 * t) + 0.2 * Math.sin(197 * t + 4);
    return Number(wave.toFixed(3));
  });
}

/** Two soft blobs on a 6 x 6 image, row by row. */
const image = [
  0.1, 0.2, 0.2, 0, -0.2, -0.3, 0.3, 1.2, 1.1, 0.3, -0.1, -0.2, 0.2, 1.15, 1.3, 0.4, 0, 0.1, 0, 0.3, 0.5, 0.2, 0.3, 0.2,
  -0.2, 0, 0.1, 0.4, 1, 0.9, -0.3, -0.1, 0, 0.3, 0.95, 1.05,
];

export const presets: readonly WeightsPreset[] = [
  {
    label: "Plateau and peak",
    source: "Near ties beside an isolated peak: segments against groups (Niculae and Blondel 2017)",
    scores: [0.1, 0.9, 1.05, 0.95, 0.2, -0.6, 1.3, 0.3, 0.75, 0.6, 0.45, -0.4],
    mappings: ["softmax", "sparsemax", "fusedmax", "oscarmax"],
    values: {},
  },
  {
    label: "Two fused",
    source: "The smallest row on which fusedmax and sparsemax differ (Niculae and Blondel 2017)",
    scores: [1, 2.1, 1.9],
    mappings: ["softmax", "sparsemax", "fusedmax"],
    values: {},
  },
  {
    label: "From softmax to sparsemax",
    source: "entmax between its two ends (Peters, Niculae and Martins 2019)",
    scores: [1.9, 1.4, 1.05, 0.75, 0.5, 0.25, 0, -0.3],
    mappings: ["softmax", "entmax", "sparsemax"],
    values: {},
  },
  {
    label: "Norms",
    source: "Squared p-norms and norms (Niculae and Blondel 2017; Blondel, Martins and Niculae 2020)",
    scores: [1.2, 1.1, 0.9, 0.6, 0.2, -0.2],
    mappings: ["sqPnormMax", "sparsemax", "normmax"],
    values: { p: 1.3 },
  },
  {
    label: "Far-apart groups",
    source: "Equal weights wherever they stand (oscarmax, Niculae and Blondel 2017)",
    scores: [1.2, 0.1, 0.7, -0.4, 1.16, 0.05, 0.73, 1.22, -0.2, 0.68],
    mappings: ["sparsemax", "fusedmax", "oscarmax"],
    values: { lambda: 0.02 },
  },
  {
    label: "A small image",
    source: "A 6 by 6 image read row by row (tvmax, Martins, Niculae and Martins 2021)",
    scores: image,
    mappings: ["softmax", "sparsemax", "tvmax"],
    values: { lambda: 0.05 },
  },
  {
    label: "200 scores",
    source: "A long row: drag across it to paint",
    scores: waves(200),
    mappings: ["softmax", "sparsemax", "fusedmax", "oscarmax"],
    values: { gamma: 5, lambda: 0.05 },
  },
];
