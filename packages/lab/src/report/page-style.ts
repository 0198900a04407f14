/** The look of every page: type, tables, colours for light, dark and paper. */

import { DARK_SHADES, LIGHT_SHADES, type ColorLevel } from "../figures/color-scale.ts";

const shades = (levels: readonly ColorLevel[]): string =>
  levels.map(({ fill, text }, i) => `--fill-${i + 1}: ${fill}; --text-${i + 1}: ${text};`).join(" ");

/** Colours of text and lines on each ground; tested for contrast. */
export const LIGHT = {
  ground: "#ffffff",
  ink: "#16202b",
  muted: "#566270",
  rule: "#dfe5eb",
  accent: "#1f5fa8",
  edge: "#1d5493",
} as const;
export const DARK = {
  ground: "#11161c",
  ink: "#e6ebf0",
  muted: "#9aa7b4",
  rule: "#2a343f",
  accent: "#82b8f0",
  edge: "#8fc0f2",
} as const;

const variables = (colours: Readonly<Record<string, string>>): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");

export const PAGE_STYLE = `
:root { color-scheme: light; ${variables(LIGHT)} ${shades(LIGHT_SHADES)}
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${variables(DARK)} ${shades(DARK_SHADES)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 73rem; padding: 3.25rem 2rem 4rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 var(--sans); }
header { max-width: 46rem; }
.kicker { margin: 0 0 0.35rem; color: var(--muted); font: 0.8125rem/1.4 var(--mono); }
h1 { margin: 0 0 1.1rem; font-size: 2.1rem; line-height: 1.15; letter-spacing: -0.018em; font-weight: 650; text-wrap: balance; }
h3 { margin: 2.2rem 0 0.5rem; font-size: 1rem; line-height: 1.3; font-weight: 650; }
h2 { margin: 0 0 0.9rem; font-size: 1.3rem; line-height: 1.25; letter-spacing: -0.01em; font-weight: 650; }
p { margin: 0; }
b { font-weight: 650; }
.lead { font-size: 1.0625rem; text-wrap: pretty; }
.command { margin: 0.8rem 0 0.6rem; padding: 0.6rem 0.85rem; border: 1px solid var(--rule); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.875rem/1.5 var(--mono); }
.command .word { display: inline-block; max-width: 100%; }
code { font-family: var(--mono); }
.checksum { color: var(--muted); font-size: 0.8125rem; overflow-wrap: anywhere; }
section { margin-top: 3.5rem; }
.note { max-width: 46rem; margin-bottom: 1.4rem; color: var(--muted); font-size: 0.9375rem; text-wrap: pretty; }
.note b { color: var(--ink); }
.note .dev { color: var(--accent); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.45rem 1.25rem; margin: 1.3rem 0 0; font-size: 0.9375rem; text-wrap: pretty; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts code { font-size: 0.8125rem; }
.settings { columns: 15rem; column-gap: 2.5rem; margin: 0; padding: 0; list-style: none; font-size: 0.875rem; }
.settings li { display: flex; justify-content: space-between; gap: 1rem; padding: 0.28rem 0; border-bottom: 1px solid var(--rule); break-inside: avoid; font-variant-numeric: tabular-nums; }
.settings code { font-size: 0.8125rem; color: var(--muted); }
.settings .given code { color: var(--ink); }
.settings .given { font-weight: 650; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.mapping { font-weight: 600; }
.options { color: var(--muted); font-weight: 400; font-size: 0.8125rem; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; }
th { text-align: left; font-weight: inherit; }
.scroll { overflow-x: auto; }
.scroll + .note { margin-top: 2.2rem; }
/* A shade where there is more to the right or the left. */
@media screen { .scroll { background: linear-gradient(to right, var(--ground) 40%, transparent) left / 2.5rem 100% local no-repeat, linear-gradient(to left, var(--ground) 40%, transparent) right / 2.5rem 100% local no-repeat, linear-gradient(to right, var(--rule), transparent) left / 0.9rem 100% scroll no-repeat, linear-gradient(to left, var(--rule), transparent) right / 0.9rem 100% scroll no-repeat; } }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
.results { border-collapse: separate; border-spacing: 0; line-height: 1.5rem; font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
.results td, .results th { padding: 0.5rem 0 0.5rem 1.15rem; text-align: right; vertical-align: baseline; }
.results tr > :first-child, .results.wide tr > :first-child { padding-left: 0; text-align: left; }
.results tbody th { font-weight: 400; }
.results .edge { padding-left: 2rem; }
.results thead th { color: var(--muted); font-size: 0.8125rem; line-height: 1.0625rem; font-weight: 500; vertical-align: bottom; }
.results thead .groups th { padding-bottom: 0; white-space: normal; text-wrap: balance; }
.results thead .groups span { display: block; padding-bottom: 0.3125rem; border-bottom: 1px solid var(--rule); text-align: center; color: var(--ink); font-weight: 600; }
.results thead tr:last-child > * { padding-top: 0.25rem; border-bottom: 1.5px solid var(--ink); }
.results .unit { display: block; font-weight: 400; }
.results .unit:empty::before { content: "\\a0"; }
.results.wide { font-size: 0.9375rem; }
.results.wide td, .results.wide th { padding-left: 0.8rem; }
.results.wide .edge { padding-left: 1.5rem; }
.results.compact { width: auto; min-width: min(24rem, 100%); }
.results.compact td, .results.compact th { padding-left: 2.2rem; }
.results.compact tr > :first-child { padding-left: 0; }
.results tbody tr > * { border-bottom: 1px solid var(--rule); }
.results tbody th .options { display: block; line-height: 1.125rem; }
.deviation { color: var(--muted); font-size: 0.8125rem; }
.legend { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin-bottom: 2.2rem; font-size: 0.8125rem; color: var(--muted); }
.legend p { margin-bottom: 0.45rem; }
.scale { display: flex; margin: 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
.scale li { width: 3.1rem; height: 1.15rem; position: relative; margin-bottom: 1.3rem; }
.scale li span { position: absolute; top: 1.3rem; right: 0; color: var(--muted); white-space: nowrap; line-height: 1.2; }
.scale li.none { width: 4.3rem; margin-right: 0.6rem; border: 1px dashed var(--rule); }
.scale li.none span { left: 0; right: auto; }
.samples { line-height: 1.9; }
.samples > :is(span:first-child, mark) { font-size: 0.9375rem; margin-right: 0.35rem; margin-left: 0; }
.samples span:first-child { color: var(--ink); }
.gap { display: inline-block; width: 1.6rem; }
.maps { margin-bottom: 2.6rem; }
.maps caption { padding-bottom: 0.45rem; border-bottom: 1.5px solid var(--ink); font-size: 0.9375rem; }
.maps caption span { margin-right: 1rem; }
.maps .number { font-weight: 650; }
.maps .truth, .maps .id { color: var(--muted); }
.maps .truth b { color: var(--ink); }
.maps .id { font: 0.8125rem var(--mono); }
.maps thead th { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.maps tbody tr > * { padding: 0.75rem 0; vertical-align: top; border-bottom: 1px solid var(--rule); }
.maps tbody th { width: 9.5rem; padding-right: 1rem; line-height: 1.45; }
.maps tbody th span { display: block; }
.maps tbody th .verdict { display: inline; }
.answer { font-size: 0.875rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.answer.wrong { color: var(--ink); }
.verdict { padding: 0 0.3em; border: 1px solid currentColor; border-radius: 3px; font-size: 0.75rem; font-weight: 600; }
.maps .words { font-size: 0.9375rem; word-spacing: 0.06em; line-height: 1.85; color: var(--muted); overflow-wrap: anywhere; }
.maps .counts { width: 8.5rem; padding-left: 1.5rem; text-align: right; color: var(--muted); font-size: 0.8125rem; line-height: 1.5; white-space: nowrap; font-variant-numeric: tabular-nums; }
footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--muted); font-size: 0.8125rem; }
@media (max-width: 46rem) {
  body { padding: 2rem 1.1rem 3rem; }
  h1 { font-size: 1.7rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: 0.6rem; }
  .maps, .maps tbody, .maps tr, .maps td, .maps tbody th, .maps caption { display: block; width: auto; }
  .maps tbody tr { padding: 0.75rem 0; border-bottom: 1px solid var(--rule); }
  .maps tbody tr > * { padding: 0; border: 0; text-align: left; }
  .maps .counts { padding: 0; }
  .maps .counts br { display: none; }
  .scale li { width: 2.15rem; }
  .results tr > :first-child { position: sticky; left: 0; background: linear-gradient(var(--ground), var(--ground)) 0 2px no-repeat; }
}
`;

/** Paper: smaller type throughout, colours kept, nothing cut in two that fits a page. Comes last. */
export const PRINT_STYLE = `
@media print {
  @page { margin: 14mm 13mm; }
  html { font-size: 9.25pt; }
  body { max-width: none; padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, .note { max-width: 150mm; }
  section { margin-top: 2.6rem; }
  .scroll { overflow: visible; }
  .results { font-size: 0.9rem; }
  .results td, .results th { padding: 0.45rem 0 0.45rem 0.5rem; }
  .results .edge { padding-left: 1rem; }
  .results.wide { font-size: 0.8rem; }
  .results.wide td, .results.wide th { padding-left: 0.4rem; }
  .results.wide .edge { padding-left: 0.8rem; }
  .curves { grid-template-columns: repeat(auto-fill, minmax(42mm, 1fr)); gap: 1.2rem 3mm; }
  h2, .note, caption, thead, .legend { break-after: avoid; }
  figure, tr, .legend, .maps { break-inside: avoid; }
  .maps tbody th { width: 30mm; }
  .maps .counts { width: 26mm; padding-left: 4mm; }
}
`;
