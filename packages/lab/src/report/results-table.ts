/** Tables of a report: the results of a comparison, and plain ones. */
import { markup, raw, type Content, type Markup } from "../base/markup.ts";
import { formatMeanStd } from "../metrics/statistics/mean-std.ts";
import type { SummaryRow } from "./group-runs.ts";

type Cell = SummaryRow["cells"][number];

function resultCell({ metric, spread, best }: Cell, edge: boolean): Markup {
  const attribute = edge ? raw(' class="edge"') : null;
  if (spread === null) return markup`<td${attribute}><span class="deviation">\u2013</span></td>`;
  const [mean, deviation] = formatMeanStd(spread, metric.digits, metric.scale).split(" \u00b1 ");
  const mark = best ? markup`<b>${mean!}</b>` : markup`${mean!}`;
  return markup`<td${attribute}>${mark}${deviation === undefined ? null : markup` <span class="deviation">± ${deviation}</span>`}</td>`;
}

/** Neighbouring columns of one group under one heading. */
function groupsOf(cells: readonly Cell[]): { title: string; columns: number }[] {
  const groups: { title: string; columns: number }[] = [];
  for (const { metric } of cells) {
    const last = groups.at(-1);
    if (last?.title === metric.group) last.columns++;
    else groups.push({ title: metric.group, columns: 1 });
  }
  return groups;
}

/** A table of more columns is set closer. */
const MOST_COLUMNS = 10;

/** Name of a row: a mapping and its options. */
export function rowHead(mapping: string, options: string): Markup {
  return markup`<th scope="row"><span class="mapping">${mapping}</span>${options === "" ? null : markup`<span class="options">${options}</span>`}</th>`;
}

/** The results as a table that scrolls where it is wider than the page. `note`: how metrics are computed. */
export function resultsTable(rows: readonly SummaryRow[], note = ""): Markup {
  const groups = groupsOf(rows[0]!.cells);
  const edges = new Set<number>();
  let column = 0;
  for (const { columns } of groups) {
    edges.add(column);
    column += columns;
  }
  const wide = column > MOST_COLUMNS;
  const seeds = Array.from(new Set(rows.map(({ group }) => group.runs.length)));
  const over =
    seeds.length === 1 && seeds[0] === 1
      ? "One seed each."
      : `Mean ± standard deviation over ${seeds.length === 1 ? `${seeds[0]} seeds` : "the seeds of each"}.`;
  return markup`<p class="note">
      ${over} <b>Bold</b>: best of its column.${note === "" ? "" : ` ${note}`}
    </p>
    <div class="scroll" role="region" aria-labelledby="results-caption" tabindex="0">
    <table class="results${wide ? " wide" : ""}">
      <caption id="results-caption" class="unseen">Results of every attention mapping</caption>
      <thead>
        <tr class="groups">
          <td></td>
          ${groups.map(({ title, columns }) => markup`<th scope="colgroup" colspan="${columns}" class="edge"><span>${title}</span></th>`)}
        </tr>
        <tr>
          <th scope="col">Attention mapping</th>
          ${rows[0]!.cells.map(({ metric }, i) => markup`<th scope="col" ${edges.has(i) ? raw(' class="edge"') : null}>${metric.title}<span class="unit">${metric.unit}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ group, cells }) =>
            markup`<tr>
              ${rowHead(group.mapping, group.options)}
              ${cells.map((cell, i) => resultCell(cell, edges.has(i)))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Column heading: a title, and its unit below. */
export const columnHead = (title: string, unit = ""): Markup =>
  markup`<th scope="col">${title}${unit === "" ? null : markup`<span class="unit">${unit}</span>`}</th>`;

/** A narrow table. `caption` is for those who do not see it; `heads` and the first cell of a row are heading cells. */
export function compactTable(
  id: string,
  caption: string,
  heads: readonly Markup[],
  rows: readonly (readonly [head: Markup, ...cells: Content[]])[],
): Markup {
  return markup`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
    <table class="results compact">
      <caption id="${id}" class="unseen">${caption}</caption>
      <thead><tr>${heads}</tr></thead>
      <tbody>
        ${rows.map(([head, ...cells]) => markup`<tr>${head}${cells.map((cell) => markup`<td>${cell}</td>`)}</tr> `)}
      </tbody>
    </table>
  </div>`;
}
