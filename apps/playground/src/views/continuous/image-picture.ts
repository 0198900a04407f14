/** Attention on a small image: the density as a glow, its support outlined, and a movable middle. */
import { set, svg } from "../../core/dom.ts";
import { short } from "../../core/format.ts";
import { dragSurface } from "../../parts/drag-surface.ts";
import type { ImageAttention } from "./attend.ts";
import { IMAGE_SIZE, imageValues } from "./scenes.ts";

/** Cells a side of the drawn density. */
const CELLS = 84;

export interface ImagePicture {
  readonly element: SVGGElement;
  show(attention: ImageAttention, left: number, top: number, size: number): void;
}

const centres = Float64Array.from({ length: 2 * CELLS * CELLS }, (_, i) => {
  const cell = i >> 1;
  return ((i % 2 === 0 ? cell % CELLS : Math.floor(cell / CELLS)) + 0.5) / CELLS;
});

function painted(side: number, paint: (data: Uint8ClampedArray) => void): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(side, side);
  paint(image.data);
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

export function imagePicture(
  move: (x: number, y: number) => void,
  step: (across: number, down: number) => void,
): ImagePicture {
  const heading = svg("text", { class: "panel-name" }, svg("tspan", { class: "strong" }, "density on an image"));
  const scene = svg("image", { preserveAspectRatio: "none", style: "image-rendering: pixelated" });
  const glow = svg("image", { preserveAspectRatio: "none" });
  const support = svg("ellipse", { class: "support-ellipse" });
  const handle = svg("circle", { class: "handle", r: 7 });
  const surface = dragSurface("image", { drag: move, step });
  const element = svg("g", {}, heading, scene, glow, support, handle, surface.element);
  const pixels = painted(IMAGE_SIZE, (data) =>
    imageValues.forEach((value, i) => {
      const grey = Math.round(255 * value);
      data.set([grey, grey, grey, 255], 4 * i);
    }),
  );
  const values = new Float64Array(CELLS * CELLS);
  let drawn: ImageAttention["density"] | null = null;

  return {
    element,
    show({ density }, left, top, size) {
      set(heading, "x", left);
      set(heading, "y", top - 12);
      for (const image of [scene, glow]) {
        for (const [name, value] of [
          ["x", left],
          ["y", top],
          ["width", size],
          ["height", size],
        ] as const)
          set(image, name, value);
      }
      set(scene, "href", pixels);
      if (drawn !== density) {
        drawn = density;
        density.density(centres, values);
        const peak = density.density(density.mean)[0]!;
        set(
          glow,
          "href",
          painted(CELLS, (data) =>
            values.forEach((value, i) => data.set([240, 130, 40, Math.round(205 * (value / peak))], 4 * i)),
          ),
        );
      }
      const [x, y] = density.mean as unknown as [number, number];
      const shape = density.support.kind === "ellipsoid" ? density.support.matrix : null;
      set(support, "class", shape === null ? "gone" : "support-ellipse");
      set(support, "cx", left + x * size);
      set(support, "cy", top + y * size);
      set(support, "rx", shape === null ? 0 : (Math.sqrt(shape[0]!) * size).toFixed(2));
      set(support, "ry", shape === null ? 0 : (Math.sqrt(shape[3]!) * size).toFixed(2));
      set(handle, "cx", left + x * size);
      set(handle, "cy", top + y * size);
      surface.show(
        { left, top, width: size, height: size },
        `density on an image at ${short(x)} across, ${short(y)} down; arrow keys move it`,
      );
    },
  };
}
