/** A square matrix as a heat map: blue below 0, orange above, nothing at exact 0; shared groups outlined on the diagonal. */
import { pool, set, setText, svg } from "../../core/dom.ts";
import { short } from "../../core/format.ts";

/** Steps of colour on either side of 0. */
export const SHADES = 6;
/** Cells this wide have room for their number. */
const NUMBER_WIDTH = 36;

export interface HeatMap {
  readonly element: SVGGElement;
  show(matrix: Float32Array, n: number, groups: Int32Array, place: { left: number; top: number; size: number }): void;
}

/** The step from -SHADES to SHADES of a value, 0 for an exact 0 alone. */
export function shadeOf(value: number, largest: number): number {
  if (value === 0 || largest === 0) return 0;
  return Math.sign(value) * Math.min(SHADES, Math.max(1, Math.ceil((Math.abs(value) / largest) * SHADES)));
}

export function heatMap(pick: (row: number) => void): HeatMap {
  const shades = Array.from({ length: 2 * SHADES + 1 }, (_, i) => i - SHADES).filter((shade) => shade !== 0);
  const cells = shades.map((shade) =>
    svg("path", { class: `cell ${shade < 0 ? "below" : "above"}`, "fill-opacity": (Math.abs(shade) / SHADES) * 0.92 }),
  );
  const frame = svg("rect", { class: "frame" });
  const outlines = svg("path", { class: "group-outline" });
  const numbers = svg("g", { class: "cell-numbers" });
  const indices = svg("g");
  let place = { left: 0, top: 0, size: 1 };
  let count = 1;
  const surface = svg("rect", {
    class: "matrix-surface no-export",
    pointerdown: (event: PointerEvent) => {
      const { top, height } = surface.getBoundingClientRect();
      pick(Math.min(count - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * count))));
    },
  });
  const element = svg("g", { class: "heat-map", role: "img" }, frame, ...cells, outlines, numbers, indices, surface);
  return {
    element,
    show(matrix, n, groups, next) {
      place = next;
      count = n;
      const { left, top, size } = place;
      const step = size / n;
      const largest = matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const paths = new Map(shades.map((shade) => [shade, ""]));
      const round = (value: number) => Math.round(value * 100) / 100;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const shade = shadeOf(matrix[i * n + j]!, largest);
          if (shade === 0) continue;
          const d = `M${round(left + j * step)} ${round(top + i * step)}h${round(step)}v${round(step)}h${-round(step)}Z`;
          paths.set(shade, paths.get(shade)! + d);
        }
      }
      shades.forEach((shade, i) => set(cells[i]!, "d", paths.get(shade)!));
      let outline = "";
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const joined = groups[i]! >= 0 && groups[i] === groups[j];
          if (!joined) continue;
          const [x, y] = [round(left + j * step), round(top + i * step)];
          const s = round(step);
          if (j === 0 || groups[j - 1] !== groups[j]) outline += `M${x} ${y}v${s}`;
          if (j === n - 1 || groups[j + 1] !== groups[j]) outline += `M${x + s} ${y}v${s}`;
          if (i === 0 || groups[i - 1] !== groups[i]) outline += `M${x} ${y}h${s}`;
          if (i === n - 1 || groups[i + 1] !== groups[i]) outline += `M${x} ${y + s}h${s}`;
        }
      }
      set(outlines, "d", outline);
      for (const rect of [frame, surface]) {
        for (const [name, value] of [
          ["x", left],
          ["y", top],
          ["width", size],
          ["height", size],
        ] as const)
          set(rect, name, value);
      }
      const written = step >= NUMBER_WIDTH ? n * n : 0;
      pool(numbers, written, () => svg("text", { "text-anchor": "middle" })).forEach((text, at) => {
        const value = matrix[at]!;
        set(text, "x", round(left + ((at % n) + 0.5) * step));
        set(text, "y", round(top + (Math.floor(at / n) + 0.5) * step + 4));
        set(text, "class", Math.abs(shadeOf(value, largest)) > 4 ? "on-dark" : null);
        setText(text, value === 0 ? "" : short(Number(value.toFixed(3)), 3));
      });
      const labelled = step >= 15 ? n : 0;
      pool(indices, 2 * labelled, () => svg("text")).forEach((text, at) => {
        const i = at >> 1;
        const across = at % 2 === 0;
        set(text, "x", round(across ? left + (i + 0.5) * step : left - 8));
        set(text, "y", round(across ? top - 7 : top + (i + 0.5) * step + 4));
        set(text, "text-anchor", across ? "middle" : "end");
        setText(text, String(i + 1));
      });
      const zeros = matrix.reduce((sum, value) => (value === 0 ? sum + 1 : sum), 0);
      set(element, "aria-label", `Jacobian, ${n} by ${n}: ${zeros} exact zeros, largest entry ${short(largest)}`);
    },
  };
}
