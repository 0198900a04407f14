/** Words of a text with the attention over them: zeros bare, a fused segment one box over every line that it reaches. */
import { pool, set, setText, svg } from "../../core/dom.ts";
import { short } from "../../core/format.ts";

const FONT = 15;
const LINE = 32;
const SPACE = 8;
const PAD = 3;

export interface Box {
  readonly from: number;
  /** One past the last word. */
  readonly to: number;
  readonly weight: number;
}

/** Neighbouring words of one group are one box; words of weight 0 have none. */
export function boxesOf(weights: ArrayLike<number>, groups: ArrayLike<number> | null): Box[] {
  const boxes: Box[] = [];
  for (let i = 0; i < weights.length;) {
    let to = i + 1;
    const group = groups?.[i] ?? -1;
    if (group >= 0) while (to < weights.length && groups![to] === group) to++;
    if (weights[i]! > 0) boxes.push({ from: i, to, weight: weights[i]! });
    i = to;
  }
  return boxes;
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

let measure: CanvasRenderingContext2D | null = null;

function place(words: readonly string[], width: number): Placed[] {
  measure ??= document.createElement("canvas").getContext("2d")!;
  measure.font = `${FONT}px ${getComputedStyle(document.body).fontFamily}`;
  let x = PAD;
  let y = LINE - 8;
  return words.map((word) => {
    const size = measure!.measureText(word).width;
    if (x > PAD && x + size > width - PAD) {
      x = PAD;
      y += LINE;
    }
    const placed = { x, y, width: size };
    x += size + SPACE;
    return placed;
  });
}

export interface WordPicture {
  readonly element: SVGSVGElement;
  show(words: readonly string[], weights: ArrayLike<number>, groups: ArrayLike<number> | null, width: number): void;
}

export function wordPicture(): WordPicture {
  const boxes = svg("g");
  const texts = svg("g", { class: "words" });
  const element = svg("svg", { class: "picture", role: "img" }, boxes, texts);
  return {
    element,
    show(words, weights, groups, width) {
      const placed = place(words, width);
      const found = boxesOf(weights, groups);
      const most = found.reduce((largest, { weight }) => Math.max(largest, weight), 0);
      const parts = found.flatMap((box) => {
        const lines: { from: number; to: number; box: Box }[] = [];
        for (let from = box.from; from < box.to;) {
          let to = from + 1;
          while (to < box.to && placed[to]!.y === placed[from]!.y) to++;
          lines.push({ from, to, box });
          from = to;
        }
        return lines;
      });
      pool(boxes, parts.length, () => svg("rect", { rx: 4 }, svg("title"))).forEach((rect, i) => {
        const { from, to, box } = parts[i]!;
        const [first, last] = [placed[from]!, placed[to - 1]!];
        set(rect, "class", box.to - box.from > 1 ? "word-box fused" : "word-box");
        set(rect, "x", (first.x - PAD).toFixed(1));
        set(rect, "y", (first.y - FONT - 3).toFixed(1));
        set(rect, "width", (last.x + last.width - first.x + 2 * PAD).toFixed(1));
        set(rect, "height", FONT + 10);
        set(rect, "fill-opacity", (0.07 + 0.41 * (box.weight / most)).toFixed(3));
        setText(
          rect.firstElementChild!,
          `${short(box.weight)}${box.to - box.from > 1 ? ` each of ${box.to - box.from} words` : ""}`,
        );
      });
      pool(texts, words.length, () => svg("text")).forEach((text, i) => {
        const { x, y } = placed[i]!;
        set(text, "x", x.toFixed(1));
        set(text, "y", y);
        set(text, "class", weights[i]! > 0 ? "word heard" : "word");
        setText(text, words[i]!);
      });
      const height = words.length === 0 ? 8 : placed.at(-1)!.y + 14;
      set(element, "viewBox", `0 0 ${width} ${height}`);
      set(element, "height", height);
      const heard = Array.from(words, (word, i) => ({ word, weight: weights[i] ?? 0 })).filter(
        ({ weight }) => weight > 0,
      );
      heard.sort((a, b) => b.weight - a.weight);
      const best = heard.slice(0, 8).map(({ word, weight }) => `${word} ${short(weight)}`);
      set(element, "aria-label", `attention over ${words.length} words, ${heard.length} above 0: ${best.join(", ")}`);
    },
  };
}
