/** The plane of three scores with regions, level lines, the simplex, a movable point and its image. */
import { pool, set, setText, svg } from "../../core/dom.ts";
import { short } from "../../core/format.ts";
import type { Values } from "../../core/mappings.ts";
import { fieldOf, isFused, regionName, supportOf, type Field } from "./field.ts";
import { levelLabel, levelLines, outlinesOf, type Outlines } from "./outlines.ts";
import { corners, toPlane, view, type PlanePoint } from "./plane.ts";

export interface PlanePicture {
  readonly element: SVGGElement;
  /** Draws the mapping around the scores x with weights y; `size` is the width, `heightOf` gives the height. */
  show(name: string, values: Values, x: readonly number[], y: ArrayLike<number>, size: number): void;
}

export const heightOf = (size: number): number => (size * (view.top - view.bottom)) / (view.right - view.left);

/** A step of an arrow key, in units of score. */
const STEP = 0.05;

export function planePicture(move: (point: PlanePoint) => void): PlanePicture {
  let size = 1;
  let point: PlanePoint = { u: 0, v: 0 };
  let dragging = false;
  let drawn = "";
  let field: { key: string; field: Field } | null = null;

  const areas = svg("g");
  const textures = svg("g");
  const lines = svg("path", { class: "level-lines" });
  const borders = svg("path", { class: "region-borders" });
  const triangle = svg("path", { class: "simplex" });
  const levelNames = svg("g", { class: "level-names" });
  const names = svg("g", { class: "region-names" });
  const cornerNames = svg("g", { class: "corner-names" });
  const link = svg("line", { class: "link" });
  const image = svg("circle", { class: "image-dot", r: 6 });
  const handle = svg("circle", { class: "handle", r: 8 });
  const letters = [svg("text", { class: "letter" }, "x"), svg("text", { class: "letter" }, "y")];
  const surface = svg("rect", {
    class: "plane-surface no-export",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "movable point",
    "data-plane": "",
    pointerdown: (event: PointerEvent) => {
      event.preventDefault();
      surface.focus({ preventScroll: true });
      surface.setPointerCapture(event.pointerId);
      dragging = true;
      follow(event);
    },
    pointermove: (event: PointerEvent) => {
      if (dragging) follow(event);
    },
    pointerup: () => {
      dragging = false;
    },
    pointercancel: () => {
      dragging = false;
    },
    keydown: (event: KeyboardEvent) => {
      const by = event.shiftKey ? 5 * STEP : STEP;
      const steps: Record<string, [number, number]> = {
        ArrowLeft: [-by, 0],
        ArrowRight: [by, 0],
        ArrowUp: [0, by],
        ArrowDown: [0, -by],
      };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      // Kept at once: the next key may come before the next frame.
      point = inside({ u: point.u + step[0], v: point.v + step[1] });
      move(point);
    },
  });
  const element = svg(
    "g",
    { class: "plane" },
    areas,
    textures,
    lines,
    borders,
    triangle,
    levelNames,
    names,
    cornerNames,
    link,
    image,
    handle,
    ...letters,
    surface,
  );

  const scale = () => size / (view.right - view.left);
  const px = ({ u }: PlanePoint) => (u - view.left) * scale();
  const py = ({ v }: PlanePoint) => (view.top - v) * scale();
  const place = (at: PlanePoint) => `${px(at).toFixed(1)} ${py(at).toFixed(1)}`;
  const inside = ({ u, v }: PlanePoint) => ({
    u: Math.min(Math.max(u, view.left), view.right),
    v: Math.min(Math.max(v, view.bottom), view.top),
  });

  function follow(event: PointerEvent): void {
    const frame = surface.getBoundingClientRect();
    const u = view.left + ((event.clientX - frame.left) / frame.width) * (view.right - view.left);
    const v = view.top - ((event.clientY - frame.top) / frame.height) * (view.top - view.bottom);
    move(inside({ u, v }));
  }

  function drawField({ max }: Field, outlines: Outlines): void {
    const shapes = Array.from(outlines.areas);
    pool(areas, shapes.length, () => svg("path")).forEach((path, i) => {
      const [region, d] = shapes[i]!;
      set(path, "class", `area support-${supportOf(region)}`);
      set(path, "d", d);
    });
    const fused = shapes.filter(([region]) => isFused(region));
    pool(textures, fused.length, () => svg("path", { fill: "url(#fused-texture)" })).forEach((path, i) =>
      set(path, "d", fused[i]![1]),
    );
    set(borders, "d", outlines.borders);
    const [low, high] = [max.reduce((a, b) => Math.min(a, b)), max.reduce((a, b) => Math.max(a, b))];
    const step = high - low > 6 ? 1 : high - low > 2.5 ? 0.4 : 0.2;
    const levels: number[] = [];
    for (let k = Math.ceil(low / step); k * step < high; k++) levels.push(k * step);
    set(lines, "d", levelLines(max, levels, place));
    const numbers = levels.flatMap((level) => {
      const at = levelLabel(max, level);
      return at === null || at.v < 1 || at.v > view.top - 0.06 ? [] : [{ level, at }];
    });
    pool(levelNames, numbers.length, () => svg("text", { "text-anchor": "middle" })).forEach((text, i) => {
      const { level, at } = numbers[i]!;
      set(text, "x", px(at).toFixed(1));
      set(text, "y", (py(at) + 4).toFixed(1));
      setText(text, short(Number(level.toFixed(3))));
    });
    const labelled = Array.from(outlines.labels);
    pool(names, labelled.length, () => svg("text", { "text-anchor": "middle" })).forEach((text, i) => {
      const [region, at] = labelled[i]!;
      set(text, "x", px(at).toFixed(1));
      set(text, "y", (py(at) + 4).toFixed(1));
      setText(text, regionName(region));
    });
    set(triangle, "d", `M${corners.map(place).join("L")}Z`);
    const offsets = [
      [-10, 16, "end"],
      [10, 16, "start"],
      [0, -10, "middle"],
    ] as const;
    pool(cornerNames, 3, () => svg("text")).forEach((text, i) => {
      const [dx, dy, anchor] = offsets[i]!;
      set(text, "x", (px(corners[i]!) + dx).toFixed(1));
      set(text, "y", (py(corners[i]!) + dy).toFixed(1));
      set(text, "text-anchor", anchor);
      setText(text, ["(1, 0, 0)", "(0, 1, 0)", "(0, 0, 1)"][i]!);
    });
  }

  return {
    element,
    show(name, values, x, y, width) {
      size = width;
      const shift = (x[0]! + x[1]! + x[2]!) / 3;
      const key = JSON.stringify([name, values, Number(shift.toPrecision(4))]);
      if (field?.key !== key) field = { key, field: fieldOf(name, values, shift) };
      if (drawn !== `${key} ${size}`) {
        drawField(field.field, outlinesOf(field.field, place));
        drawn = `${key} ${size}`;
      }
      point = inside(toPlane(x));
      const image2 = toPlane(y);
      for (const [key2, number] of [
        ["x1", px(point)],
        ["y1", py(point)],
        ["x2", px(image2)],
        ["y2", py(image2)],
      ] as const)
        set(link, key2, number.toFixed(1));
      set(handle, "cx", px(point).toFixed(1));
      set(handle, "cy", py(point).toFixed(1));
      set(image, "cx", px(image2).toFixed(1));
      set(image, "cy", py(image2).toFixed(1));
      [point, image2].forEach((at, i) => {
        set(letters[i]!, "x", (px(at) + 12).toFixed(1));
        set(letters[i]!, "y", (py(at) - 8).toFixed(1));
      });
      set(surface, "width", size);
      set(surface, "height", heightOf(size));
      const list = (numbers: ArrayLike<number>) => Array.from(numbers, (number) => short(number)).join(", ");
      set(surface, "aria-label", `scores ${list(x)}, weights ${list(y)}; arrow keys move the point`);
    },
  };
}
