// Draws what a mapping makes of one row of scores: the scores as outlines, the weights as bars, zeros as dots on the
// axis, entries of one group joined. Plain SVG that follows the reader's light or dark scheme.

/** The row that all pictures share: a plateau of near ties, an isolated peak, a slope, and scores too low to matter. */
export const pictureScores = [0.1, 0.9, 1.05, 0.95, 0.2, -0.6, 1.3, 0.3, 0.75, 0.6, 0.45, -0.4];

const width = 240;
const height = 84;
const base = 70;
const step = width / pictureScores.length;
const bar = step - 5;

const style = `<style>
.scores{fill:none;stroke:#8a8f98;stroke-width:1}
.weights{fill:#2f6fb7}
.zero{fill:none;stroke:#2f6fb7;stroke-width:1.2}
.axis{stroke:#8a8f98;stroke-width:1}
@media(prefers-color-scheme:dark){.weights{fill:#6aa9ee}.zero{stroke:#6aa9ee}}
</style>`;

const round = (value) => Number(value.toFixed(2));

/** Neighbouring entries of one group of the solver; every other entry alone. */
function runs(weights, groups) {
  const result = [];
  weights.forEach((weight, i) => {
    const last = result.at(-1);
    const joined = last !== undefined && groups !== undefined && groups[i] >= 0 && groups[i] === groups[i - 1];
    if (joined) last.end = i;
    else result.push({ start: i, end: i, weight });
  });
  return result;
}

/** The picture of one registry entry. */
export function picture({ name, mapping, optionsFor, exampleFor }) {
  const options = { ...optionsFor?.(pictureScores.length), ...exampleFor?.(pictureScores.length) };
  const weights = mapping(pictureScores, options);
  const groups = mapping.groups?.(pictureScores, options);
  const low = Math.min(...pictureScores);
  const span = Math.max(...pictureScores) - low;
  const left = (i) => round(i * step + 2.5);
  const outlines = pictureScores.map((score, i) => {
    const tall = round(6 + ((score - low) / span) * 54);
    return `<rect class="scores" x="${left(i)}" y="${round(base - tall)}" width="${round(bar)}" height="${tall}"/>`;
  });
  const marks = runs(Array.from(weights), groups).map(({ start, end, weight }) => {
    if (weight === 0) return `<circle class="zero" cx="${round(left(start) + bar / 2)}" cy="${base + 6}" r="2.4"/>`;
    const tall = round(weight * 120);
    const wide = round((end - start) * step + bar);
    return `<rect class="weights" x="${left(start)}" y="${round(base - tall)}" width="${wide}" height="${tall}" rx="1.5"/>`;
  });
  const zeros = Array.from(weights).filter((weight) => weight === 0).length;
  const label = `${name}: weights ${Array.from(weights, (w) => round(w)).join(", ")}; ${zeros} exact zeros`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    style,
    ...marks,
    ...outlines,
    `<line class="axis" x1="0" x2="${width}" y1="${base}" y2="${base}"/>`,
    "</svg>",
    "",
  ].join("\n");
}
