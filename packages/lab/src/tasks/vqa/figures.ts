/** Figures of visual question answering: questions, each with its image and the attention of every mapping to it. */
import { markup, type Markup } from "../../base/markup.ts";
import { attentionOverlay, imageFigure, STEPS } from "../../figures/attention-overlay.ts";
import { describeOptions, formatPercent as percent, formatProbability } from "../../figures/format.ts";
import type { ExampleRun } from "../task.ts";
import type { VqaExample } from "./predictions.ts";
import { regionShare, SOFT_SHARE } from "./spatial-attention.ts";

type VqaRun = ExampleRun<VqaExample>;

function overlay({ config, examples }: VqaRun, index: number): Markup {
  const shown = examples[index]!;
  const { mapping, mappingOptions } = config;
  const { answer, prediction, probability, mass } = shown;
  const right = answer === null || prediction === answer;
  const share = regionShare(mapping);
  const label = `${mapping}: ${percent(mass)} of the attention on the shape`;
  return markup`<figure>${attentionOverlay(shown, { share, segmented: mapping === "tvmax", label })}
<figcaption><span><span class="mapping">${mapping}</span> <span class="options">${describeOptions(mappingOptions)}</span></span>
<span><span class="answer${right ? "" : " wrong"}">${prediction} ${formatProbability(probability)}${right ? null : markup` <span class="verdict">wrong</span>`}</span>
<span class="mass"><b>${percent(mass)}</b> on the shape</span></span></figcaption></figure>
`;
}

function question(drawn: readonly VqaRun[], index: number): Markup {
  const shown = drawn[0]!.examples[index]!;
  return markup`<section class="asked" aria-label="Question ${index + 1}">
<h3><span class="number">Question ${index + 1}</span> <span dir="auto">${shown.question}</span>${shown.answer === null ? null : markup` <span class="truth">answer <b>${shown.answer}</b></span>`}</h3>
<div class="looks"><figure>${imageFigure(shown, `the image of question ${index + 1}`)}<figcaption><span class="options">the image</span></figcaption></figure>
${drawn.map((one) => overlay(one, index))}</div>
</section>
`;
}

function legend(): Markup {
  const steps = STEPS.map(({ from, opacity }, i) => {
    const to = STEPS[i + 1]?.from ?? 1;
    const words = from === 0 ? `above 0` : `${Math.round(100 * from)} to ${Math.round(100 * to)}\u00a0%`;
    return markup`<li><span class="swatch"><i style="opacity: ${opacity}"></i></span>${words}</li>`;
  });
  return markup`<div class="legend" role="group" aria-label="Legend"><div><p>Attention, in shares of the greatest</p>
<ul class="steps"><li><span class="swatch"></span>exactly 0</li>${steps}</ul></div></div>`;
}

/** The same questions under every mapping; null where there are none. */
export function vqaFigures(runs: readonly VqaRun[]): Markup | null {
  const drawn = runs.filter(({ examples }) => examples.length > 0);
  if (drawn.length === 0) return null;
  const count = Math.min(...drawn.map(({ examples }) => examples.length));
  return markup`<p class="note">
      Discrete attention fills
      patches, continuous attention the contours of its density, in steps of the greatest weight or of the density's peak. A closed line
      is the support, outside of which attention is exactly 0; where it is nowhere 0, a dashed line holds ${percent(SOFT_SHARE)} of
      it. Thin lines within tvmax's part two weights.
    </p>
    ${legend()}
${Array.from({ length: count }, (_, index) => question(drawn, index))}`;
}

/** CSS rules. The images have light grounds on every page, and no shape is violet. */
export const FIGURES_STYLE = `
.steps { display: flex; flex-wrap: wrap; gap: 0.4rem 1.2rem; margin: 0; padding: 0; list-style: none; color: var(--muted); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.steps li { display: flex; align-items: center; gap: 0.4rem; }
.swatch { width: 1.15rem; height: 1.15rem; border: 1px solid var(--rule); background: #fff; }
.swatch i { display: block; width: 100%; height: 100%; background: #7a12a8; }
.asked { margin-top: 2.2rem; break-inside: avoid; }
.asked h3 { margin: 0 0 0.9rem; padding-bottom: 0.45rem; border-bottom: 1.5px solid var(--ink); font-size: 0.9375rem; font-weight: 400; }
.asked h3 .number { margin-right: 1rem; font-weight: 650; }
.asked h3 .truth { margin-left: 1rem; white-space: nowrap; color: var(--muted); }
.asked h3 .truth b { color: var(--ink); }
.looks { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)); gap: 1.2rem 1.25rem; }
.looks figure { display: grid; grid-row: span 3; grid-template-rows: subgrid; row-gap: 0; margin: 0; min-width: 0; }
.looks figcaption { display: contents; font-size: 0.875rem; line-height: 1.45; }
.looks figcaption span { display: block; overflow-wrap: anywhere; }
.looks figcaption .verdict { display: inline; }
.looks figcaption > span + span { margin-top: 0.15rem; }
.looks .plate { margin-bottom: 0.5rem; }
.looks .mass { color: var(--muted); font-variant-numeric: tabular-nums; }
.looks .mass b { color: var(--ink); }
.plate { display: block; width: 100%; max-width: 12rem; aspect-ratio: 1; border-radius: 3px; background: #fff; box-shadow: 0 0 0 1px var(--rule); }
.plate image { image-rendering: pixelated; }
.plate .paled { opacity: 0.5; }
.plate .seen { fill: #7a12a8; }
.plate .seen rect { shape-rendering: crispEdges; }
.plate .contour { stroke: #7a12a8; stroke-width: 0.2; stroke-opacity: 0.6; }
.plate .support, .plate .most { fill: none; stroke: #3d0457; stroke-width: 0.75; }
.plate .most { stroke-dasharray: 1.6 1.2; }
.plate .segment { fill: none; stroke: #3d0457; stroke-width: 0.3; }
@media print { .looks { grid-template-columns: repeat(7, 1fr); gap: 4mm 3mm; } .asked { margin-top: 1.2rem; } }
`;
