/** The table of a comparison: a row a variant, its figures under the headings of their groups. */

import { formatMeanStd } from "../metrics/statistics/mean-std.ts";
import { markup, raw, type Markup } from "../base/markup.ts";
import type { ComparedRun, SummaryRow } from "./group-runs.ts";

function figureCell<R extends ComparedRun>(
  { measure, spread, best }: SummaryRow<R>["figures"][number],
  edge: boolean,
): Markup {
  const attribute = edge ? raw(' class="edge"') : null;
  if (spread === null) return markup`<td${attribute}><span class="deviation">\u2013</span></td>`;
  const [mean, deviation] = formatMeanStd(spread, measure.digits, measure.scale).split(" \u00b1 ");
  const mark = best ? markup`<b>${mean!}</b>` : markup`${mean!}`;
  return markup`<td${attribute}>${mark}${deviation === undefined ? null : markup` <span class="deviation">± ${deviation}</span>`}</td>`;
}

/** Neighbouring figures of one group under one heading. */
function groupsOf<R extends ComparedRun>(figures: SummaryRow<R>["figures"]): { title: string; columns: number }[] {
  const groups: { title: string; columns: number }[] = [];
  for (const { measure } of figures) {
    const last = groups.at(-1);
    if (last?.title === measure.group) last.columns++;
    else groups.push({ title: measure.group, columns: 1 });
  }
  return groups;
}

/** A table of more figures is set closer. */
const MOST_COLUMNS = 10;

export interface ResultsTableOptions {
  /** Heading of the first column, a noun. */
  readonly name: string;
  /** What is meant by best where that needs saying. */
  readonly note?: string;
}

/** The rows as a table that scrolls by itself where it is wider than the page. */
export function resultsTable<R extends ComparedRun>(
  rows: readonly SummaryRow<R>[],
  { name, note }: ResultsTableOptions,
): Markup {
  const groups = groupsOf(rows[0]!.figures);
  const edges = new Set<number>();
  let column = 0;
  for (const { columns } of groups) {
    edges.add(column);
    column += columns;
  }
  const wide = column > MOST_COLUMNS;
  const seeds = Array.from(new Set(rows.map(({ variant }) => variant.runs.length)));
  const over =
    seeds.length === 1 && seeds[0] === 1
      ? "One seed each."
      : `Mean ± standard deviation over ${seeds.length === 1 ? `${seeds[0]} seeds` : "the seeds of each"}.`;
  return markup`<p class="note">
      ${over} <b>Bold</b>: the best of its column${note === undefined ? "" : `; ${note}`}.
    </p>
    <div class="scroll" role="region" aria-labelledby="results-caption" tabindex="0">
    <table class="results${wide ? " wide" : ""}">
      <caption id="results-caption" class="unseen">Figures of every ${name.toLowerCase()}</caption>
      <thead>
        <tr class="groups">
          <td></td>
          ${groups.map(({ title, columns }) => markup`<th scope="colgroup" colspan="${columns}" class="edge"><span>${title}</span></th>`)}
        </tr>
        <tr>
          <th scope="col">${name}</th>
          ${rows[0]!.figures.map(({ measure }, i) => markup`<th scope="col" ${edges.has(i) ? raw(' class="edge"') : null}>${measure.title}<span class="unit">${measure.unit}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ variant, figures }) =>
            markup`<tr>
              <th scope="row">
                <span class="mapping">${variant.mapping}</span>${variant.options === "" ? null : markup`<span class="options">${variant.options}</span>`}
              </th>
              ${figures.map((figure, i) => figureCell(figure, edges.has(i)))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
