/** How wide a text is drawn, without a font to ask: enough for the widest of the faces that the pages name. */

/** Advances in ems as DejaVu Sans has them, rounded up; most other faces are narrower, and leave some room. */
const ADVANCES: readonly (readonly [letters: RegExp, advance: number])[] = [
  [/\p{M}/u, 0],
  // Ideographs, kana, signs of full width and pictures.
  [
    /[\u1100-\u115f\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f000}-\u{3ffff}]/u,
    1,
  ],
  // Other scripts than Latin, and signs such as dashes.
  [/[^\0-\u024f]/u, 1],
  [/[ijlI'|.,:;![\]()\s]/, 0.41],
  [/[frtJ/\\-]/, 0.45],
  [/[mMW@%]/, 1],
  [/[w#^+=<>~]/, 0.85],
  [/\p{Lu}|[&]/u, 0.79],
];
const OTHER = 0.66;

/** Width of `text` in a sans-serif face of `size`, in the unit of the size. */
export function textWidth(text: string, size: number): number {
  const advances = Array.from(text, (letter) => ADVANCES.find(([letters]) => letters.test(letter))?.[1] ?? OTHER);
  return advances.reduce((sum, advance) => sum + advance, 0) * size;
}
