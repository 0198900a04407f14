/** Which pixels of a image belong to its shape: those whose colour is not the ground's. */

/** The most frequent colour, as 0xrrggbb. */
function groundColour(image: Uint8Array): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < image.length; at += 3) {
    const colour = (image[at]! << 16) | (image[at + 1]! << 8) | image[at + 2]!;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  let ground = 0;
  let most = 0;
  for (const [colour, count] of counts) {
    if (count <= most) continue;
    ground = colour;
    most = count;
  }
  return ground;
}

/**
 * 1 for the pixels of the shape, 0 for the ground, of a image in rows of red, green and blue from 0 to 255 that shows one shape
 * of one colour on a ground of one colour that takes more room. A pixel is the shape's when its colour is nearer to that of the
 * pixel farthest from the ground than to the ground's own: pixels on the smoothed edge go to whoever covers more than half of them.
 * All 0 where there is one colour only.
 *
 * @example
 * shapeMask(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 0, 0)); // [0, 0, 1]
 */
export function segmentationMask(image: Uint8Array): Uint8Array {
  const ground = groundColour(image);
  const [red, green, blue] = [ground >> 16, (ground >> 8) & 255, ground & 255];
  const distances = Float64Array.from({ length: image.length / 3 }, (_, pixel) =>
    Math.hypot(image[3 * pixel]! - red, image[3 * pixel + 1]! - green, image[3 * pixel + 2]! - blue),
  );
  const farthest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  return Uint8Array.from(distances, (distance) => (distance > farthest / 2 ? 1 : 0));
}
