/** Which pixels of a picture belong to its shape: those whose colour is not the ground's. */

/** The most frequent colour, as 0xrrggbb. */
function groundColour(picture: Uint8Array): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < picture.length; at += 3) {
    const colour = (picture[at]! << 16) | (picture[at + 1]! << 8) | picture[at + 2]!;
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
 * 1 for the pixels of the shape, 0 for the ground, of a picture in rows of red, green and blue from 0 to 255 that shows one shape
 * of one colour on a ground of one colour that takes more room. A pixel is the shape's when its colour is nearer to that of the
 * pixel farthest from the ground than to the ground's own: pixels on the smoothed edge go to whoever covers more than half of them.
 * All 0 where there is one colour only.
 *
 * @example
 * shapeMask(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 0, 0)); // [0, 0, 1]
 */
export function segmentationMask(picture: Uint8Array): Uint8Array {
  const ground = groundColour(picture);
  const [red, green, blue] = [ground >> 16, (ground >> 8) & 255, ground & 255];
  const distances = Float64Array.from({ length: picture.length / 3 }, (_, pixel) =>
    Math.hypot(picture[3 * pixel]! - red, picture[3 * pixel + 1]! - green, picture[3 * pixel + 2]! - blue),
  );
  const farthest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  return Uint8Array.from(distances, (distance) => (distance > farthest / 2 ? 1 : 0));
}
